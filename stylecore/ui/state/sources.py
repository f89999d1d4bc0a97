"""A picture that a visitor has chosen, and the roles that it can have."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from stylecore.imaging.images import decode, encode_jpeg

Role = Literal["content", "style", "init"]
ROLES: tuple[Role, ...] = ("content", "style", "init")
WORDS: dict[Role, str] = {"content": "photograph", "style": "style picture", "init": "picture to start from"}
OWN = "own"  # in an address, and as a gallery's id: a picture that is no sample
SHOWN = (640, 640)  # pixels of what the page shows of a picture


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that a visitor has chosen, checked to be one.

    Attributes:
        name: what to call it.
        data: the file's bytes.
        size: width and height, upright.
        preview: JPEG bytes.
        sample: whether it came with the package.
        token: by which its owner's own addresses name it; random, so that it says nothing of the picture.
    """

    name: str
    data: bytes
    size: tuple[int, int]
    preview: bytes
    sample: bool = False
    token: str = field(default_factory=partial(secrets.token_hex, 4))

    @property
    def word(self) -> str:
        """What names it in an address and in a gallery."""
        return self.name if self.sample else f"{OWN}-{self.token}"


def make_source(name: str, data: bytes, *, sample: bool = False) -> Source:
    """A source out of a file's bytes.

    Raises:
        ImageError: if it is no picture that can be used.
    """
    picture = decode(data, "This picture")
    size = picture.size
    picture.thumbnail(SHOWN)
    return Source(name[:60], data, size, encode_jpeg(picture, 88), sample)
