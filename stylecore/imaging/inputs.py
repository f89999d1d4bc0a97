"""The input files of a run, as plain records."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InputImage:
    """One picture file that a run uses.

    Attributes:
        data: the file's bytes.
        name: what the user calls it; never stored, and not part of a recipe.
        weight: share of this picture among those of its kind, above 0; only the ratios of weights matter.
        mask: bytes of a greyscale picture that is white where this picture counts and black where it does not; empty
            if all of it counts.
    """

    data: bytes
    name: str = ""
    weight: float = 1.0
    mask: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All input files of a run.

    Attributes:
        contents: content pictures; at least one.
        styles: style pictures; at least one.
        init: the picture that a run with `init="image"` starts from.
    """

    contents: tuple[InputImage, ...]
    styles: tuple[InputImage, ...]
    init: InputImage | None = None

    def __iter__(self) -> Iterator[InputImage]:
        """Iterates over all pictures: contents, styles, then the one to start from."""
        yield from (*self.contents, *self.styles)
        if self.init is not None:
            yield self.init

    @property
    def content(self) -> InputImage:
        """The first content picture."""
        return self.contents[0]

    @property
    def style(self) -> InputImage:
        """The first style picture."""
        return self.styles[0]

    @property
    def pair(self) -> tuple[bytes, bytes]:
        """The bytes of the first content and the first style picture."""
        return self.content.data, self.style.data

    def files(self) -> Iterator[bytes]:
        """The bytes of every file, masks included."""
        for image in self:
            yield image.data
            if image.mask:
                yield image.mask


def pair(content: bytes, style: bytes, init: bytes = b"", names: tuple[str, str] = ("content", "style")) -> Inputs:
    """Inputs of one content and one style picture.

    Args:
        content: bytes of the content file.
        style: bytes of the style file.
        init: bytes of the file to start from; empty if there is none.
        names: what the user calls content and style.
    """
    return Inputs(
        contents=(InputImage(data=content, name=names[0]),),
        styles=(InputImage(data=style, name=names[1]),),
        init=InputImage(data=init, name="start") if init else None,
    )


def with_init(inputs: Inputs, init: bytes) -> Inputs:
    """The same inputs, with a picture to start from."""
    return dataclasses.replace(inputs, init=InputImage(data=init, name="start"))
