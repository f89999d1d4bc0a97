"""Style transfer for other programs: one call from pictures to pictures."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageOps

from stylecore.artifacts.contact_sheet import labelled_sheet
from stylecore.config import DeviceChoice, TransferConfig
from stylecore.errors import ImageError, SettingError
from stylecore.imaging.colour import as_rgb
from stylecore.imaging.files import read
from stylecore.imaging.images import decode, encode_png
from stylecore.imaging.inputs import InputImage, Inputs, InputsError
from stylecore.imaging.mask_files import small_mask, with_small_masks
from stylecore.imaging.tensors import to_image
from stylecore.transfer.devices import choose_device
from stylecore.transfer.preparation import INITIAL_DETAIL, prepare, prepare_initial, sides
from stylecore.transfer.records import LossRecord, Step
from stylecore.transfer.style_pictures import StylePictures
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import load_vgg16

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = Image.Image | str | PathLike[str] | bytes | NDArray[np.uint8]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class StylizedImages:
    """The result of `stylize_images`; a notebook shows it as its picture, or as a labelled sheet of several λ.

    Attributes:
        images: RGB pictures, one for each λ of `config`.
        losses: of every step, from step 0, which is the picture that the run starts from.
        config: the settings that were used.
    """

    images: tuple[Image.Image, ...]
    losses: tuple[LossRecord, ...]
    config: TransferConfig

    @property
    def image(self) -> Image.Image:
        """The picture of the first λ."""
        return self.images[0]

    @property
    def columns(self) -> dict[str, list[float]]:
        """The losses as columns, for `pandas.DataFrame` or a chart: a row for each step and λ.

        `step` and `lam` say which; `content`, `style` and `total` are the losses, and `content_relu4_2`, … those of
        single layers, before λ.
        """
        rows = [_row(record, place) for record in self.losses for place in range(len(record.lambdas))]
        return {name: [row[name] for row in rows] for name in rows[0]}

    def _repr_png_(self) -> bytes:
        """PNG bytes, which IPython asks for."""
        if len(self.images) == 1:
            return encode_png(self.image)
        pairs = zip(self.losses[-1].lambdas, self.images, strict=True)
        return encode_png(labelled_sheet([("", [(f"λ = {lam:g}", encode_png(image)) for lam, image in pairs])]))


def stylize_images(
    content: Picture,
    style: Picture | Sequence[Picture],
    lambdas: float | Sequence[float] | None = None,
    *,
    size: int | None = None,
    steps: int | None = None,
    config: TransferConfig | None = None,
    init: Picture | None = None,
    weights: Sequence[float] | None = None,
    regions: Sequence[Picture | None] | None = None,
    leave: Picture | None = None,
    device: DeviceChoice = "auto",
    on_step: Callable[[Step], bool | None] | None = None,
) -> StylizedImages:
    """Paints a content picture in the style of another, or of several, once for each λ.

    A picture is a Pillow image, a path, the bytes of a picture file, or a uint8 array of shape (H, W, 3). A mask is the
    same, or an array of shape (H, W); it is stretched over the content. Transparency in the content is not regarded.

    Args:
        content: what is shown.
        style: how it is painted; several are mixed, or go where `regions` says.
        lambdas: one λ or several, each from 0 (all style) to 1 (all content); replaces that of `config`.
        size: longer side of the results, in pixels; replaces that of `config`.
        steps: updates of the pictures; replaces that of `config`.
        config: all other settings; the defaults if None.
        init: a picture to start from, which implies `init="image"`.
        weights: of several styles in their mix; only ratios matter. All alike if None.
        regions: for each style a mask, white where it is painted, or None for all that no other mask takes. Styles with
            the same mask are mixed there.
        leave: a mask, white where the content is left alone: there the result has its very pixels.
        device: where to compute; "auto" takes a GPU if there is one.
        on_step: called after every step with its losses and pictures. If it returns True or raises `StopIteration`, the
            run ends there, and the result is of that step; any other exception ends the call.

    Raises:
        ImageError: if a picture can't be read, or is too narrow for the layers in use.
        InputsError: if weights or masks don't fit the styles, or leave nothing to paint.
        SettingError: if a setting is out of range, or there is no such device.
        TransferError: if the loss stops being a finite number.
    """
    config = _merged(config or TransferConfig(), lambdas, size, steps, init is not None)
    content_side, style_side = sides(config)
    styles: list[Any] = list(style) if isinstance(style, (list, tuple)) else [style]
    painted_in = _style_pictures([_picture(one, "style", style_side) for one in styles], weights, regions, leave)
    content_tensor, styling = prepare(_picture(content, "content", content_side), painted_in, config)
    initial = None
    if init is not None:
        initial = prepare_initial(_picture(init, "init", INITIAL_DETAIL * content_side), content_tensor)
    vgg = load_vgg16(config.vgg_weights, choose_device(device))
    losses = []
    with contextlib.closing(stylize(vgg, content_tensor, styling, config, initial)) as run:
        for step in run:
            losses.append(step.losses)
            if on_step is not None and _is_enough(on_step, step):
                break
    return StylizedImages(images=tuple(map(to_image, step.images)), losses=tuple(losses), config=config)


def _is_enough(on_step: Callable[[Step], bool | None], step: Step) -> bool:
    """Whether the caller wants no further step."""
    try:
        return on_step(step) is True
    except StopIteration:
        return True


def _row(record: LossRecord, place: int) -> dict[str, float]:
    """The losses of one step and λ, by the name of their column."""
    totals = {"content": record.content, "style": record.style, "total": record.total}
    content = {f"content_{layer}": values for layer, values in record.content_layers.items()}
    style = {f"style_{layer}": values for layer, values in record.style_layers.items()}
    losses = {name: values[place] for name, values in (totals | content | style).items()}
    return {"step": record.index, "lam": record.lambdas[place], **losses}


def _merged(
    config: TransferConfig,
    lambdas: float | Sequence[float] | None,
    size: int | None,
    steps: int | None,
    has_init: bool,
) -> TransferConfig:
    """The settings with those that the call names itself."""
    named: dict[str, Any] = {"size": size, "steps": steps}
    if lambdas is not None:
        named["lambdas"] = (lambdas,) if isinstance(lambdas, (int, float)) else tuple(lambdas)
    if has_init:
        named["init"] = "image"
    elif config.init == "image":
        raise SettingError('init="image" needs a picture to start from')
    return dataclasses.replace(config, **{name: value for name, value in named.items() if value is not None})


def _style_pictures(
    pictures: Sequence[Image.Image],
    weights: Sequence[float] | None,
    regions: Sequence[Picture | None] | None,
    leave: Picture | None,
) -> StylePictures:
    """The styles with their masks, checked as those of files are."""
    masks = [b"" if mask is None else _mask(mask) for mask in regions or [None] * len(pictures)]
    shares = [1.0] * len(pictures) if weights is None else list(weights)
    if not len(masks) == len(shares) == len(pictures):
        raise InputsError("{count} styles need as many weights and regions.", count=len(pictures))
    images = [InputImage(data=b"", weight=w, region=mask) for w, mask in zip(shares, masks, strict=True)]
    content = InputImage(data=b"")
    inputs = Inputs(contents=(content,), styles=tuple(images), leave=b"" if leave is None else _mask(leave))
    return StylePictures.of(with_small_masks(inputs), pictures, None)


def _mask(source: Picture) -> bytes:
    """The file of a mask, from any of the forms of a picture."""
    if isinstance(source, bytes):
        return small_mask(source)
    if isinstance(source, (str, PathLike)):
        return small_mask(read(fspath(source)), fspath(source))
    image = source if isinstance(source, Image.Image) else Image.fromarray(source)
    return small_mask(encode_png(image.convert("RGBA")))


def _picture(source: Picture, name: str, longest: int) -> Image.Image:
    """An RGB picture from any of the forms that `stylize_images` takes.

    Args:
        source: the picture.
        name: what the message of an error calls it.
        longest: to which a longer side of a file's picture may be scaled.
    """
    if isinstance(source, Image.Image):
        return as_rgb(ImageOps.exif_transpose(source))
    if isinstance(source, bytes):
        return decode(source, name, longest)
    if isinstance(source, (str, PathLike)):
        return decode(read(fspath(source)), fspath(source), longest)
    if str(getattr(source, "dtype", "")) != "uint8" or source.ndim != 3 or source.shape[2] != 3 or source.size == 0:
        raise ImageError(
            "{name} must be a Pillow image, a path, bytes, or a uint8 array of shape (H, W, 3).", name=name
        )
    return Image.fromarray(source)
