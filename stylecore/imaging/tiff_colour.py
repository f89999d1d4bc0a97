"""What the samples of a TIFF page mean: greys, colours, a palette, inks, and what is transparent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from stylecore.imaging.colour import Bytes, Profile, black_and_white, extremes, to_levels, unmultiplied, with_alpha
from stylecore.imaging.tiff_pages import Page, Tag
from stylecore.imaging.tiff_samples import Layout, Samples

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, INKS, YCBCR, CIE_LAB, ICC_LAB = 0, 1, 2, 3, 5, 6, 8, 9
COUNTS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 1, INKS: 4, YCBCR: 3, CIE_LAB: 3, ICC_LAB: 3}
ASSOCIATED, UNASSOCIATED, COREL_ALPHA = 1, 2, 999
SIGN = 0x80

Ends = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """How a page's samples become colours.

    Attributes:
        photometric: interpretation, as TIFF numbers them.
        count: samples that make the colour.
        alpha: number of the sample that says what is transparent; None if there is none.
        is_multiplied: whether colours have been multiplied by it.
        palette: (colours, 3), for a page that has one.
        layout: of the samples.
    """

    photometric: int
    count: int
    alpha: int | None
    is_multiplied: bool
    palette: Bytes | None
    layout: Layout
    size: tuple[int, int]

    @classmethod
    def of(cls, page: Page, layout: Layout) -> Colours | None:
        """The meaning of a page's samples; None if it is of a kind that is not read here."""
        samples = page.value(Tag.SAMPLES, 1)
        photometric = page.value(Tag.PHOTOMETRIC, RGB if samples >= 3 else BLACK_IS_ZERO)
        count = COUNTS.get(photometric, 0)
        whole_bytes = layout.bits in (8, 16) and layout.dtype is not None and layout.dtype.kind == "u"
        if not 0 < count <= samples or (photometric in (YCBCR, CIE_LAB, ICC_LAB) and not whole_bytes):
            return None
        palette = None
        if photometric == PALETTE:
            entries = page.values(Tag.PALETTE)
            is_index = layout.dtype is None or layout.dtype.kind == "u"
            if layout.bits > 16 or len(entries) < 3 << layout.bits or not is_index:
                return None
            table = np.array(entries[: 3 << layout.bits], np.uint32).reshape(3, -1).T
            palette = (table if table.max() < 256 else (table + 128) // 257).astype(np.uint8)  # some write 8 bits
        extra = page.values(Tag.EXTRA_SAMPLES)[: samples - count]
        if not extra and photometric == RGB and samples == 4:
            extra = (UNASSOCIATED,)  # so do programs that forget to say it
        kinds = [kind in (ASSOCIATED, UNASSOCIATED, COREL_ALPHA) for kind in extra]
        alpha = count + kinds.index(True) if any(kinds) else None
        return cls(
            photometric=photometric,
            count=count,
            alpha=alpha,
            is_multiplied=alpha is not None and extra[alpha - count] == ASSOCIATED,
            palette=palette,
            layout=layout,
            size=page.size,
        )

    @property
    def needed(self) -> int:
        """Samples of a pixel that have to be read: those up to the last one that means something."""
        return self.count if self.alpha is None else max(self.count, self.alpha + 1)

    def ends(self, bands: Callable[[], Iterable[Samples]]) -> Ends:
        """Which samples are black and white; where only the samples themselves can tell, they are read for it."""
        dtype, bits = self.layout.dtype, self.layout.bits
        if dtype is None or (dtype.kind == "u" and bits <= 16):
            return 0.0, float((1 << bits) - 1)
        found = [extremes(band[..., : self.count]) for band in bands()]
        return black_and_white(dtype, min(low for low, _ in found), max(high for _, high in found))

    def image(self, samples: Samples, ends: Ends, profile: Profile) -> Image.Image:
        """An RGB picture, or RGBA if it knows transparency.

        Args:
            samples: (H, W, samples).
            ends: what `ends` gave.
            profile: of the colours.
        """
        if self.layout.group != (1, 1):
            samples = self._ungrouped(samples)
        alpha = None
        if self.alpha is not None:
            numbers = samples[..., self.alpha]
            alpha = to_levels(numbers, (0.0, 1.0) if numbers.dtype.kind == "f" else (0.0, self._white(numbers.dtype)))
        rgb = profile.to_srgb(self._colours(samples[..., : self.count], ends, alpha if self.is_multiplied else None))
        return with_alpha(rgb, None if alpha is None else Image.fromarray(alpha))

    def _colours(self, samples: Samples, ends: Ends, multiplied_by: Bytes | None) -> Image.Image:
        """A picture without transparency, of mode L, RGB, CMYK or LAB."""
        if self.palette is not None:
            return Image.fromarray(self.palette[samples[..., 0]])
        levels = to_levels(samples, ends)
        if self.photometric == WHITE_IS_ZERO:
            levels = 255 - levels
        if multiplied_by is not None:
            levels = unmultiplied(levels, multiplied_by)
        size = levels.shape[1::-1]
        if self.count == 1:
            return Image.fromarray(levels[..., 0])
        if self.photometric == RGB:
            return Image.fromarray(np.ascontiguousarray(levels))
        if self.photometric == INKS:
            return Image.frombytes("CMYK", size, levels.tobytes())
        if self.photometric == YCBCR:
            return Image.frombytes("YCbCr", size, levels.tobytes()).convert("RGB")
        high = (samples >> (self.layout.bits - 8)).astype(np.uint8)
        if self.photometric == ICC_LAB:
            high[..., 1:] ^= SIGN
        return Image.frombytes("LAB", size, high.tobytes())

    def _ungrouped(self, samples: Samples) -> Samples:
        """Pixels, (H, W, 3), of groups that share their colour."""
        (width, height), (rows, columns) = self.layout.group, samples.shape[:2]
        grey = samples[..., :-2].reshape(rows, columns, height, width).swapaxes(1, 2).reshape(rows * height, -1)
        shared = samples[..., -2:].repeat(height, axis=0).repeat(width, axis=1)
        return np.concatenate([grey[..., None], shared], axis=2)[:, : self.size[0]]

    def _white(self, dtype: np.dtype[Any]) -> float:
        return float((1 << self.layout.bits) - 1) if dtype.kind == "u" else float(np.iinfo(dtype).max)
