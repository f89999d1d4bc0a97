"""The style pictures of a run with their masks, and their way to tensors at any size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from stylecore.config import TransferConfig
from stylecore.imaging.inputs import Inputs
from stylecore.imaging.mask_files import left_alone, mask_picture, stretched
from stylecore.imaging.scaling import fit
from stylecore.imaging.tensors import mask_to_tensor, to_tensor
from stylecore.language import Sentence
from stylecore.transfer.styling import Style, Styling, regions_of
from stylecore.transfer.vgg import minimum_side


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class StylePictures:
    """What a photograph is painted with, and where.

    Attributes:
        pictures: RGB, of any size.
        masks: over each of them, in mode L, which part of it is meant; None for all of it.
        weights: of each.
        regions: indices of the styles that share a region, and its mask over the photograph, in mode L; None for all
            that no other takes.
        leave: mask over the photograph, in mode L, of what is left alone; None for nothing.
        alpha: opacity of the photograph, in mode L; None if all of it is opaque.
    """

    pictures: tuple[Image.Image, ...]
    masks: tuple[Image.Image | None, ...]
    weights: tuple[float, ...]
    regions: tuple[tuple[tuple[int, ...], Image.Image | None], ...]
    leave: Image.Image | None = None
    alpha: Image.Image | None = None

    @classmethod
    def of(cls, inputs: Inputs, pictures: Sequence[Image.Image], alpha: Image.Image | None) -> StylePictures:
        """The styles of inputs.

        Args:
            inputs: with masks as `mask_files.with_small_masks` makes them.
            pictures: the decoded style pictures.
            alpha: opacity of the photograph, if any.
        """
        masks = tuple(_mask(style.mask) for style in inputs.styles)
        regions = tuple((places, _mask(inputs.styles[places[0]].region)) for places in inputs.regions)
        return cls(
            pictures=tuple(pictures),
            masks=masks,
            weights=inputs.style_weights,
            regions=regions,
            leave=_mask(inputs.leave),
            alpha=alpha,
        )

    def at_size(self, size: tuple[int, int], config: TransferConfig) -> Styling:
        """The styles as tensors.

        Args:
            size: width and height of the photograph.
            config: `size` and `style_scale` are read.

        Raises:
            ImageError: if a picture is too narrow for the layers in use.
            StylingError: if the masks leave nothing to paint.
        """
        leave = left_alone(self.leave, self.alpha, size)
        k = None if leave is None else mask_to_tensor(leave)
        places = [
            (styles, None if mask is None else mask_to_tensor(stretched(mask, size))) for styles, mask in self.regions
        ]
        return Styling(
            styles=tuple(_style(*pair, config) for pair in zip(self.pictures, self.masks, strict=True)),
            weights=self.weights,
            regions=regions_of(places, k),
            leave=k,
        )


def _style(picture: Image.Image, mask: Image.Image | None, config: TransferConfig) -> Style:
    fitted = fit(picture, config.size, minimum_side(config.layers), Sentence("The style picture"), config.style_scale)
    return Style(to_tensor(fitted), None if mask is None else mask_to_tensor(stretched(mask, fitted.size)))


def _mask(data: bytes) -> Image.Image | None:
    return mask_picture(data) if data else None
