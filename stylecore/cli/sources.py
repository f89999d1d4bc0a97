"""The pictures that a run on the command line reads."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from PIL import Image

from stylecore.cli.terminal import note
from stylecore.config import TransferConfig
from stylecore.imaging.files import read
from stylecore.imaging.images import MAX_BYTES, decode_with_notices
from stylecore.imaging.inputs import Inputs, pair
from stylecore.imaging.scaling import enlarged_notice
from stylecore.transfer.preparation import INITIAL_DETAIL, sides

LARGEST_RESULT = 500 * 10**6  # bytes; more than any picture that is made here


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that a run reads.

    Attributes:
        data: bytes of the file.
        picture: RGB, no larger than it is needed.
        size: width and height of the file's picture.
    """

    data: bytes
    picture: Image.Image
    size: tuple[int, int]


def input_paths(options: argparse.Namespace) -> dict[str, str]:
    """The pictures that a run reads, by "content", "style" and, if there is one, "init"."""
    paths = {"content": options.content, "style": options.style}
    start = options.init_image or options.enlarged
    return paths | ({"init": start} if start else {})


def read_sources(options: argparse.Namespace, config: TransferConfig) -> dict[str, Source]:
    """The pictures of `input_paths`, no larger than they are needed; what is wrong with one is noted.

    Raises:
        ImageError: if one can't be used.
    """
    content, style = sides(config)
    needed = {"content": content, "style": style, "init": INITIAL_DETAIL * content}
    sources = {}
    for name, path in input_paths(options).items():
        most = LARGEST_RESULT if name == "init" else MAX_BYTES  # what a run starts from may be a result of ours
        data = read(path, most)
        decoded = decode_with_notices(data, path, needed[name], most)
        tiny = "" if name == "init" else enlarged_notice(decoded.size, min(needed[name], config.size))
        for notice in filter(None, (*decoded.notices, tiny)):  # what a run starts from is painted over anyway
            note(f"{path}: {notice}")
        sources[name] = Source(data, decoded.image, decoded.size)
    return sources


def inputs_of(sources: dict[str, Source]) -> Inputs:
    """The files of the pictures."""
    init = sources["init"].data if "init" in sources else b""
    return pair(sources["content"].data, sources["style"].data, init)
