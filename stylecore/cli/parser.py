"""The command line: `python -m stylecore transfer | evaluate | inspect | bench`."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn, get_args

from stylecore.config import (
    PRESETS,
    RANGES,
    CoarseToFine,
    Colours,
    DeviceChoice,
    Finish,
    Init,
    Network,
    Optimizer,
    Padding,
    Pooling,
    Statistic,
    TransferConfig,
    Weighting,
)

DEFAULTS = TransferConfig()
NO_TOUCH = Finish()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        0 when done, 2 after one sentence about bad input, 130 when Ctrl-C cut a transfer short (it still writes).
    """
    options = _parser().parse_args(arguments)
    try:
        from stylecore.cli import commands  # after parsing: torch takes seconds to import, --help should not
        from stylecore.transfer import devices

        warnings.filterwarnings("ignore", module="PIL")  # about odd metadata; what matters raises
        try:
            return int(getattr(commands, options.command)(options))
        except commands.USER_ERRORS as error:
            sentence = "".join(character if character.isprintable() else "�" for character in str(error))
            print(f"stylecore: {sentence}", file=sys.stderr)  # names of files can hold line ends and terminal codes
            return 2
        except (RuntimeError, MemoryError) as error:
            if not devices.is_out_of_memory(error):
                raise
            print("stylecore: Memory ran out: choose a smaller --size or fewer λ.", file=sys.stderr)
            return 2
    except KeyboardInterrupt:
        print("stylecore: stopped before there was a picture.", file=sys.stderr)
        return 130


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence; the usage is what --help is for."""

    def error(self, message: str) -> NoReturn:
        print(f"stylecore: {message}; {self.prog} --help tells more.", file=sys.stderr)
        sys.exit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m stylecore", description="Neural style transfer with VGG16.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_transfer(commands.add_parser("transfer", help="paint CONTENT in the style of STYLE"))
    _add_sheet(commands.add_parser("sheet", help="several λ in one labelled picture"))
    _add_evaluate(commands.add_parser("evaluate", help="content and style loss of any picture, as JSON"))
    inspect = commands.add_parser("inspect", help="the recipe inside a picture, as JSON")
    inspect.add_argument("picture", metavar="OUT.png")
    _add_bench(commands.add_parser("bench", help="speed, memory and convergence on this machine"))
    return parser


def _add_transfer(parser: argparse.ArgumentParser) -> None:
    _add_settings(parser, "with several λ: OUT-0.2.png, …")
    parser.add_argument(
        "--colours",
        choices=get_args(Colours),
        help="luminance: light and dark of the result, colours of the content; statistics: the result's colours, "
        f"moved to the content's mean and spread (default {NO_TOUCH.colours})",
    )
    parser.add_argument(
        "--blend",
        type=float,
        metavar="SHARE",
        help=f"of the content laid over the result, 0 to 1 (default {NO_TOUCH.blend:g})",
    )
    parser.add_argument("--log", metavar="STEPS.jsonl", help="losses of every step and λ, one JSON object a line")


def _add_sheet(parser: argparse.ArgumentParser) -> None:
    _add_settings(parser, "all pictures in one, labelled")
    parser.set_defaults(log=None)


def _add_settings(parser: argparse.ArgumentParser, output: str) -> None:
    _add_pair(parser)
    parser.add_argument("-o", "--output", required=True, metavar="OUT.png", help=output)
    parser.add_argument(
        "--lambda",
        dest="lambdas",
        type=float,
        action="append",
        metavar="λ",
        help=f"1 is all content, 0 all style; repeat it for several pictures (default {DEFAULTS.lambdas[0]})",
    )
    parser.add_argument("--preset", choices=PRESETS, help="settings to start from (default studio)")
    parser.add_argument("--recipe", metavar="FROM.png", help="repeat the recipe inside this picture")
    _add_number(parser, "--size", int, "longer side in pixels")
    _add_number(parser, "--steps", int, "updates of the picture")
    _add_number(parser, "--seed", int, "of the noise of --init noise")
    _add_number(parser, "--tv", float, "weight of the smoothness term", "total_variation")
    _add_number(parser, "--style-scale", float, "size of the style picture relative to --size")
    _add_choice(parser, "--optimizer", get_args(Optimizer))
    _add_choice(parser, "--weights", get_args(Weighting))
    _add_choice(parser, "--statistic", get_args(Statistic))
    _add_choice(parser, "--init", tuple(choice for choice in get_args(Init) if choice != "image"))
    _add_choice(parser, "--pooling", get_args(Pooling))
    _add_choice(parser, "--padding", get_args(Padding))
    _add_choice(parser, "--coarse-to-fine", get_args(CoarseToFine))
    _add_choice(parser, "--network", get_args(Network))
    parser.add_argument("--init-image", metavar="PICTURE", help="start from this picture")
    _add_device(parser)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    _add_pair(parser)
    parser.add_argument("image", metavar="IMAGE", help="the picture to judge; scaled to CONTENT's shape at --size")
    _add_number(parser, "--size", int, "longer side in pixels", default=DEFAULTS.size)
    parser.add_argument("--weights", choices=get_args(Weighting), default="paper", help="(default paper)")
    _add_choice(parser, "--pooling", get_args(Pooling), default=DEFAULTS.pooling)
    _add_choice(parser, "--statistic", get_args(Statistic), default=DEFAULTS.statistic)
    _add_device(parser)


def _add_bench(parser: argparse.ArgumentParser) -> None:
    _add_number(parser, "--size", int, "longer side in pixels", default=DEFAULTS.size)
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    _add_device(parser)


def _add_pair(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("content", metavar="CONTENT", help="picture file")
    parser.add_argument("style", metavar="STYLE", help="picture file")


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=get_args(DeviceChoice), default="auto")


def _add_number(
    parser: argparse.ArgumentParser,
    flag: str,
    kind: type[int] | type[float],
    text: str,
    field: str = "",
    default: float | None = None,
) -> None:
    field = field or flag.removeprefix("--").replace("-", "_")
    low, high = RANGES[field]
    shown = f"{text}, {low:g} to {high:g} (default {getattr(DEFAULTS, field)})"
    parser.add_argument(flag, type=kind, dest=field, metavar="N", default=default, help=shown)


def _add_choice(parser: argparse.ArgumentParser, flag: str, choices: Sequence[str], default: str | None = None) -> None:
    field = flag.removeprefix("--").replace("-", "_")
    parser.add_argument(flag, choices=choices, default=default, help=f"(default {getattr(DEFAULTS, field)})")
