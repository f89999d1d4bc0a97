"""Pictures of a running job as a page shows them."""

from __future__ import annotations

from torch import Tensor

from stylecore.imaging.images import encode_jpeg
from stylecore.imaging.tensors import to_image

PREVIEW_SIDE = 1024  # pixels of the longer side; larger pictures are shown smaller until they are finished
PREVIEW_QUALITY = 90  # of JPEG, 1 to 95


def previews_of(images: Tensor) -> tuple[bytes, ...]:
    """JPEG bytes of each picture.

    Args:
        images: (K, 3, H, W), in [0, 1].
    """
    pictures = [to_image(image) for image in images]
    for picture in pictures:
        picture.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return tuple(encode_jpeg(picture, PREVIEW_QUALITY) for picture in pictures)
