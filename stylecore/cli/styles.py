"""The styles that a command line names: files, their weights in the mix, and masks."""

from __future__ import annotations

import argparse
import dataclasses
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stylecore.imaging.inputs import MAX_STYLES, MAX_WEIGHT

FORM = "FILE[:weight=0.6][:mask=FILE]"
_OPTION = re.compile(r":(weight|mask)=")


@dataclass(frozen=True, slots=True)
class NamedStyle:
    """A style as the user has named it.

    Attributes:
        file: of the picture.
        weight: in the mix of its region; None if that was not said.
        region: file of a mask over the content, white where it is painted with this style; empty if not said.
        mask: file of a mask over the style picture, white on the part that is meant; empty if not said.
    """

    file: str
    weight: float | None = None
    region: str = ""
    mask: str = ""

    @classmethod
    def read(cls, text: str) -> NamedStyle:
        """Reads FILE[:weight=…][:mask=FILE]; other colons belong to the names, and a file of just that name counts.

        Raises:
            argparse.ArgumentTypeError: in one sentence.
        """
        file, *rest = [text] if Path(text).exists() else _OPTION.split(text)
        found = dict(zip(rest[::2], rest[1::2], strict=True))
        if len(found) < len(rest) / 2 or not file or not all(found.values()):
            raise argparse.ArgumentTypeError(f"a style is {FORM}, not {text!r:.80}")
        return cls(file, _weight(found["weight"]) if "weight" in found else None, found.get("mask", ""))

    def files(self) -> list[str]:
        """The names of all its files."""
        return [name for name in (self.file, self.region, self.mask) if name]


def add_styles(parser: argparse.ArgumentParser) -> None:
    """Adds the options of styles and masks to a command that has CONTENT already."""
    parser.add_argument("style", metavar="STYLE", type=NamedStyle.read, help=f"picture file, or {FORM}; see --style")
    parser.add_argument(
        "--style",
        dest="more_styles",
        metavar=FORM,
        type=NamedStyle.read,
        action=_Append,
        default=(),
        help=f"one more style, up to {MAX_STYLES} with STYLE. Those without a mask, or with the same, are mixed by "
        "their weights (1 unless named). A mask lies over CONTENT and is white where the style goes; those without one "
        "paint the rest",
    )
    parser.add_argument(
        "--style-mask",
        dest="style_masks",
        metavar="MASK",
        action=_Mask,
        default={},
        help="white on the part of the style picture that is meant; belongs to the --style before it, or to STYLE",
    )
    parser.add_argument(
        "--leave",
        metavar="MASK",
        help="white where CONTENT is left alone, to the bit; what is transparent in CONTENT always is",
    )


def named_styles(options: argparse.Namespace) -> list[NamedStyle]:
    """All styles that the options name, STYLE first."""
    styles: Sequence[NamedStyle] = (options.style, *options.more_styles)
    return [dataclasses.replace(s, mask=options.style_masks.get(number, "")) for number, s in enumerate(styles)]


class _Append(argparse.Action):
    """Appends a style, up to `MAX_STYLES` in all."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: object, *_: object
    ) -> None:
        namespace.more_styles = (*namespace.more_styles, values)
        if len(namespace.more_styles) >= MAX_STYLES:
            raise argparse.ArgumentError(self, f"a picture has at most {MAX_STYLES} styles")


class _Mask(argparse.Action):
    """Notes a mask by the number of the style that was named last, which is 0 for STYLE."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: object, *_: object
    ) -> None:
        number = len(namespace.more_styles)
        if number in namespace.style_masks:
            raise argparse.ArgumentError(self, "a style has one mask: name each after its --style")
        namespace.style_masks = {**namespace.style_masks, number: values}


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not 0 <= weight <= MAX_WEIGHT:
        raise argparse.ArgumentTypeError(f"a weight is a number from 0 to {MAX_WEIGHT:g}, not {text!r:.40}")
    return weight
