"""From pictures to the tensors of a run: the pair at its size, and the picture to start from."""

from __future__ import annotations

from typing import overload

import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.errors import SettingError
from stylecore.imaging.images import decode
from stylecore.imaging.inputs import Inputs
from stylecore.imaging.mask_files import alpha_of
from stylecore.imaging.scaling import fit
from stylecore.imaging.tensors import to_tensor
from stylecore.language import Sentence
from stylecore.transfer.pyramid import size_of
from stylecore.transfer.style_pictures import StylePictures
from stylecore.transfer.styling import Styling
from stylecore.transfer.vgg import minimum_side

INITIAL_DETAIL = 4  # longer side of a picture to start from that is needed, by that of the content: it is cut to shape


def sides(config: TransferConfig) -> tuple[int, int]:
    """The longer sides, in pixels, at which content and style are used; more of them need not be decoded."""
    return config.size, max(1, round(config.size * config.style_scale))


def decode_inputs(inputs: Inputs, config: TransferConfig) -> tuple[Image.Image, StylePictures]:
    """The content picture and the styles of a run, no larger than they are needed.

    Args:
        inputs: with masks as `mask_files.with_small_masks` makes them.
        config: `size` and `style_scale` are read.

    Raises:
        ImageError: if one can't be used.
    """
    content_side, style_side = sides(config)
    content = decode(inputs.content.data, Sentence("The content picture"), content_side)
    styles = [decode(style.data, Sentence("The style picture"), style_side) for style in inputs.styles]
    return content, StylePictures.of(inputs, styles, alpha_of(inputs.content.data, content_side))


@overload
def prepare(content: Image.Image, style: Image.Image, config: TransferConfig) -> tuple[Tensor, Tensor]: ...
@overload
def prepare(content: Image.Image, style: StylePictures, config: TransferConfig) -> tuple[Tensor, Styling]: ...
@overload
def prepare(
    content: Image.Image, style: Image.Image | StylePictures, config: TransferConfig
) -> tuple[Tensor, Tensor | Styling]: ...
def prepare(
    content: Image.Image, style: Image.Image | StylePictures, config: TransferConfig
) -> tuple[Tensor, Tensor | Styling]:
    """All pictures at the sizes that the settings ask for.

    Args:
        content: RGB.
        style: RGB, or several with their masks.
        config: the settings.

    Returns:
        The content, (1, 3, H, W), and the style, (1, 3, h, w), in [0, 1], or what is painted where.

    Raises:
        ImageError: if a picture is too narrow for the layers in use.
        StylingError: if masks leave nothing to paint.
    """
    shortest = minimum_side(config.layers)
    fitted = fit(content, config.size, shortest, Sentence("The content picture"))
    if isinstance(style, StylePictures):
        return to_tensor(fitted), style.at_size(fitted.size, config)
    return (
        to_tensor(fitted),
        to_tensor(fit(style, config.size, shortest, Sentence("The style picture"), config.style_scale)),
    )


def prepare_initial(picture: Image.Image, content: Tensor) -> Tensor:
    """A given picture to start from: scaled without stretching until it covers the content, and cut to its middle.

    Args:
        picture: RGB, of any size.
        content: (1, 3, H, W).

    Returns:
        (1, 3, H, W), in [0, 1].
    """
    size = size_of(content)
    if picture.size != size:
        picture = ImageOps.fit(picture, size, Image.Resampling.BICUBIC)
    return to_tensor(picture)


def starting_picture(config: TransferConfig, content: Tensor, style: Tensor, initial: Tensor | None) -> Tensor:
    """The picture that a run starts from, as `config.init` says.

    Args:
        config: `init` and `seed` are read.
        content: (1, 3, H, W), in [0, 1].
        style: (1, 3, h, w), in [0, 1].
        initial: (1, 3, any, any), in [0, 1], for `init="image"`.

    Returns:
        (1, 3, H, W), in [0, 1], on the content's device.

    Raises:
        SettingError: if `initial` is missing.
    """
    if config.init == "noise":  # drawn on the CPU: the same on every device
        noise = torch.rand(content.shape, generator=torch.Generator().manual_seed(config.seed))
        return noise.to(content.device)
    if config.init == "style":
        return _covering(style, content)
    if config.init == "image":
        if initial is None:
            raise SettingError('init="image" needs a picture to start from')
        return _covering(initial.to(content.device), content)
    return content


def _covering(image: Tensor, frame: Tensor) -> Tensor:
    """The middle of a picture that was scaled without stretching until it covers the frame.

    Args:
        image: (1, 3, any, any), in [0, 1].
        frame: (1, 3, H, W).

    Returns:
        (1, 3, H, W), in [0, 1].
    """
    height, width = frame.shape[2:]
    scale = max(height / image.shape[2], width / image.shape[3])
    size = (max(height, round(image.shape[2] * scale)), max(width, round(image.shape[3] * scale)))
    scaled = F.interpolate(image, size, mode="bicubic", antialias=True).clamp(0, 1)
    top, left = (size[0] - height) // 2, (size[1] - width) // 2
    return scaled[:, :, top : top + height, left : left + width]
