"""A picture that a visitor has chosen, and the roles that it can have."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Literal

from stylecore.imaging.colour import on_paper
from stylecore.imaging.images import decode_with_notices, encode_jpeg
from stylecore.language import Sentence
from stylecore.samples import sample_bytes, sample_contents, sample_names, sample_styles

Role = Literal["content", "style", "style2", "style3", "style4", "style5", "init"]
STYLES: tuple[Role, ...] = ("style", "style2", "style3", "style4", "style5")  # as many as `MAX_STYLES`
ROLES: tuple[Role, ...] = ("content", *STYLES, "init")
WORDS: dict[Role, str] = {
    "content": Sentence("photograph"),
    "style": Sentence("style picture"),
    "style2": Sentence("second style picture"),
    "style3": Sentence("third style picture"),
    "style4": Sentence("fourth style picture"),
    "style5": Sentence("fifth style picture"),
    "init": Sentence("picture to start from"),
}
OWN = "own"  # in an address, and as a gallery's id: a picture that is no sample
PREVIEW_SIDE = 640  # pixels of the longer side of what the page shows of a picture


@dataclass(eq=False, slots=True, weakref_slot=True)
class Source:
    """A picture that a visitor has chosen, checked to be one.

    Attributes:
        name: what to call it; a `Sentence` unless it is the name of a visitor's file.
        data: the file's bytes; empty once it has been erased.
        size: width and height, upright.
        preview: JPEG bytes.
        sample: whether it came with the package.
        notices: sentences on what is wrong with it, though it can be used.
        transparent: whether a part of it is.
        token: by which its owner's own addresses name it; random, so that it says nothing of the picture.
    """

    name: str
    data: bytes
    size: tuple[int, int]
    preview: bytes
    sample: bool = False
    notices: tuple[str, ...] = ()
    transparent: bool = False
    token: str = field(default_factory=partial(secrets.token_hex, 4))

    @property
    def word(self) -> str:
        """What names it in an address and in a gallery."""
        return self.name if self.sample else f"{OWN}-{self.token}"

    @property
    def erased(self) -> bool:
        """Whether its owner has removed it."""
        return not self.data

    def erase(self) -> None:
        """Drops the bytes, for all tabs that have it chosen."""
        self.data, self.preview = b"", b""


def make_source(name: str, data: bytes, *, sample: bool = False) -> Source:
    """A source out of a file's bytes.

    Raises:
        ImageError: if it is no picture that can be used.
    """
    decoded = decode_with_notices(data, Sentence("This picture"), PREVIEW_SIDE, transparent=True)
    preview = encode_jpeg(on_paper(decoded.image), 88)
    transparent = decoded.image.getchannel("A").getextrema() != (255, 255)
    name = name if isinstance(name, Sentence) else name[:60]
    return Source(name, data, decoded.size, preview, sample, decoded.notices, transparent)


@cache
def sample_source(path: Path) -> Source:
    """The source of a sample; the package's few are kept in memory, once for all visitors."""
    data = sample_bytes(path)
    return make_source(sample_names()[data], data, sample=True)


def samples(role: Role) -> dict[str, Path]:
    """The samples for a role by name."""
    return sample_styles() if role in STYLES else sample_contents()
