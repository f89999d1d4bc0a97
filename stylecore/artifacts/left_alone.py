"""What a run has left alone, in the files that are made of it: there they have the content's own pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from stylecore.imaging.colour import on_paper
from stylecore.imaging.images import decode_transparent, may_be_transparent
from stylecore.imaging.mask_files import left_alone, mask_picture

Level = TypeVar("Level", np.uint8, np.uint16)


@dataclass(frozen=True, kw_only=True)
class LeftAlone:
    """The content and where it stays, at the size of a result.

    Attributes:
        content: bytes of the content file.
        leave: the mask that the run used, as a file; empty if it had none.
        size: width and height of the result.
    """

    content: bytes
    leave: bytes
    size: tuple[int, int]

    @property
    def is_nothing(self) -> bool:
        """Whether the picture is painted all over, and opaque."""
        return self._mask is None and self._original is None

    def kept(self, levels: NDArray[Level], *, processed: bool = False) -> NDArray[Level]:
        """A result with the content's own pixels where it was left alone, and with its transparency.

        What is semi-transparent was painted as it is seen on white. The white is taken off again.

        Args:
            levels: (H, W, 3), RGB: of the pictures that `stylize` has shown, or of what was made of them.
            processed: whether it was postprocessed: then the content is laid over it anew, by the mask.

        Returns:
            (H, W, 3), or (H, W, 4) where the content has transparency; levels of the same type.
        """
        if self._mask is None:
            return levels
        white = np.iinfo(levels.dtype).max
        scale = np.float32(white // 255)  # exact: 65535 = 257 · 255
        mask = np.asarray(self._mask)[..., None]
        share = mask.astype(np.float32) / 255
        colours = np.asarray(self._content.convert("RGB")).astype(np.float32) * scale
        mixed = levels.astype(np.float32)
        if processed:
            mixed += share * (colours - mixed)
        else:
            mixed += share * (colours - np.asarray(on_paper(self._content)).astype(np.float32) * scale)
        found = np.where(mask == 255, colours, mixed).clip(0, white).round()
        if self._original is not None:
            alpha = np.asarray(self._content.getchannel("A"))[..., None]
            found = np.concatenate([found, alpha * scale], axis=2)
        return found.astype(levels.dtype)

    @cached_property
    def _original(self) -> Image.Image | None:
        """The content as RGBA, at the size to which it is decoded; None if it is opaque."""
        if not may_be_transparent(self.content):
            return None
        original = decode_transparent(self.content, "The content picture", max(self.size))
        return None if original.getchannel("A").getextrema() == (255, 255) else original

    @cached_property
    def _content(self) -> Image.Image:
        """The content as RGBA, at the size of the result, scaled as the run has scaled it."""
        content = self._original or decode_transparent(self.content, "The content picture", max(self.size))
        return content if content.size == self.size else content.resize(self.size, Image.Resampling.LANCZOS)

    @cached_property
    def _mask(self) -> Image.Image | None:
        alpha = None if self._original is None else self._original.getchannel("A")
        return left_alone(mask_picture(self.leave) if self.leave else None, alpha, self.size)
