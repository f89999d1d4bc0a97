"""The options of the command line, derived from the declarations of the settings."""

from __future__ import annotations

import argparse
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, get_args

from stylecore.cli import app, terminal
from stylecore.cli.styles import add_styles
from stylecore.config import PRESETS, SETTINGS, DeviceChoice, OutputFormat, Postprocess, TransferConfig
from stylecore.errors import SettingError, UserError
from stylecore.settings import Setting, settings_of
from stylecore.version import __version__

DEFAULTS = TransferConfig()
POSTPROCESS = settings_of(Postprocess)
MOST_WORKERS = 64
EVALUATED = ("size", "loss_weighting", "pooling", "statistic")  # settings on which the losses of a picture depend


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Whatever goes wrong, the user reads one sentence on stderr and no traceback.

    Args:
        arguments: those of the process if None.

    Returns:
        0 when done, 2 after bad input, 70 after a bug in this program, 74 if a result is in another place than it was
        meant to be, 130 when Ctrl-C, SIGTERM or SIGHUP cut a transfer short (its picture is written all the same).
    """
    terminal.make_tolerant()
    try:
        return _run(parse(arguments))
    finally:
        terminal.settle()


def _run(options: argparse.Namespace) -> int:
    if options.command == "app":
        return _started_app(options)
    try:
        from stylecore.cli import commands, failures  # after parsing: torch takes seconds to import, --help should not
        from stylecore.transfer import devices

        warnings.filterwarnings("ignore", module="PIL")  # about odd metadata; what matters raises
        try:
            return int(getattr(commands, options.command)(options))
        except (UserError, OSError) as error:  # OSError: the disk is full, a pipe is closed, and the like
            return _refuse(str(error), terminal.BAD_INPUT)
        except Exception as error:
            if devices.is_out_of_memory(error):
                return _refuse(failures.memory_ran_out(), terminal.BAD_INPUT)
            return _refuse(terminal.describe_bug(options.debug), terminal.BUG)
    except KeyboardInterrupt:
        return _refuse("stopped before there was a picture.", terminal.STOPPED)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of a command line; None stands for settings that it doesn't name.

    Args:
        arguments: those of the process if None.

    Raises:
        SystemExit: with status 2 after a sentence about a wrong option, or 0 after --help.
    """
    return _parser().parse_args(arguments)


def _started_app(options: argparse.Namespace) -> int:
    try:
        return app.start(options)
    except (UserError, OSError) as error:
        return _refuse(str(error), 2)


def _refuse(sentence: str, status: int) -> int:
    """Says why there is no result; returns the exit status."""
    terminal.say(sentence)
    return status


class _Parser(argparse.ArgumentParser):
    """Reports a wrong option in one sentence; the usage is left to --help."""

    def error(self, message: str) -> NoReturn:
        terminal.say(f"{message}; {self.prog} --help tells more.")
        sys.exit(terminal.BAD_INPUT)


def _parser() -> argparse.ArgumentParser:
    called = "stylecore" if Path(sys.argv[0]).stem == "stylecore" else "python -m stylecore"
    parser = _Parser(prog=called, description="Neural style transfer with VGG16.")
    parser.add_argument("--version", action="version", version=f"stylecore {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_transfer(commands.add_parser("transfer", help="paint CONTENT in the style of STYLE"))
    _add_sheet(commands.add_parser("sheet", help="several λ in one labelled picture"))
    _add_batch(commands.add_parser("batch", help="every photograph in every style with every λ, into a folder"))
    _add_evaluate(commands.add_parser("evaluate", help="content and style loss of any picture, as JSON"))
    inspect = commands.add_parser("inspect", help="the recipe inside a picture, as JSON")
    inspect.add_argument("picture", metavar="OUT.png", help="a picture made here, of any format that -o takes")
    _add_bench(commands.add_parser("bench", help="speed, memory and convergence on this machine"))
    app.add_options(commands.add_parser("app", help="start the dashboard"))
    for command in commands.choices.values():
        command.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)  # as STYLECORE_DEBUG=1
    return parser


def _add_transfer(parser: argparse.ArgumentParser) -> None:
    _add_run(
        parser,
        "the picture; with several λ: OUT-0.2.png, …",
        ".gif if CONTENT is animated, .tif with 16 bits a channel",
        (*get_args(OutputFormat), "gif"),
    )
    _add_frames(parser)
    for declared in POSTPROCESS.values():
        _add_setting(parser, declared, getattr(Postprocess(), declared.name))
    parser.add_argument(
        "--from",
        dest="enlarged",
        metavar="SMALL.png",
        help="make this finished picture large: go on from it with its recipe, to a larger --size; "
        "CONTENT and STYLE are those that it was made from",
    )
    parser.add_argument("--log", metavar="STEPS.jsonl", help="losses of every step and λ, one JSON object a line")
    parser.add_argument(
        "--checkpoint",
        choices=("auto", "on", "off"),
        default="auto",
        help="every two minutes keep what is reached in .OUT.png.checkpoint: if the run is killed, the same command "
        "goes on from there, with a new optimiser; auto is on from 1024 pixels (default auto)",
    )


def _add_sheet(parser: argparse.ArgumentParser) -> None:
    _add_run(parser, "all pictures in one, labelled", ".tif", get_args(OutputFormat))
    parser.set_defaults(log=None, enlarged=None, checkpoint="off")


def _add_batch(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(recipe=None, enlarged=None, init_image=None, checkpoint="off")
    parser.add_argument("contents", metavar="CONTENT", nargs="+", help="picture files, or folders of them")
    parser.add_argument(
        "--style",
        dest="styles",
        metavar="STYLE",
        nargs="+",
        action="extend",
        required=True,
        help="picture files, or folders of them",
    )
    parser.add_argument(
        *("-o", "--output"),
        required=True,
        metavar="FOLDER",
        help="for the pictures, a table (pictures.csv) and a contact sheet (sheet.jpg); what is finished there is "
        "skipped, so the same command goes on where it was stopped",
    )
    parser.add_argument(
        "--format",
        choices=get_args(OutputFormat),
        help="of the pictures (default png, and for an animation its own); jpeg and tiff take the first frame of one",
    )
    _add_frames(parser)
    parser.add_argument(
        "--progress",
        choices=("auto", "bar", "json"),
        default="auto",
        help="a bar on stderr, or a line of JSON on stdout for each picture; auto is a bar on a terminal",
    )
    parser.add_argument(
        "--workers",
        type=_workers,
        metavar="N",
        help="processes that paint at once, each with its share of the threads and of the memory (default 1; with "
        "--ray one for each GPU of the cluster, or for each machine)",
    )
    parser.add_argument(
        "--ray",
        metavar="auto|local|ADDRESS",
        help="paint on the machines of a Ray cluster: auto for the one that this machine belongs to, or the address of "
        "one; local tries it on this machine alone. Files are read and written here (docs/workers.md)",
    )
    _add_settings(parser)
    for declared in POSTPROCESS.values():
        _add_setting(parser, declared, getattr(Postprocess(), declared.name))


def _add_frames(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--frames",
        choices=("all", "first"),
        default="all",
        help="of a GIF, animated PNG or animated WebP as CONTENT: all of them, painted one after the other into a GIF, "
        "PNG or WebP (the first in all --steps, the others in a quarter of them while the scene goes on), or the first "
        "alone, which all other formats take (default all)",
    )


def _add_run(parser: argparse.ArgumentParser, output: str, others: str, formats: Sequence[str]) -> None:
    """Adds the options of all commands that paint."""
    _add_pair(parser)
    parser.add_argument(
        *("-o", "--output"),
        required=True,
        metavar="OUT.png",
        help=f"{output}; .jpg, .webp, {others} as well; - for a pipe",
    )
    parser.add_argument("--format", choices=formats, help="of the output (default: as its name ends; png for a pipe)")
    parser.add_argument("--recipe", metavar="FROM.png", help="repeat the recipe inside this picture, of any format")
    parser.add_argument("--init-image", metavar="PICTURE", help="start from this picture")
    _add_settings(parser)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    """Adds all settings of a run, and where it is computed."""
    parser.add_argument("--preset", choices=PRESETS, help="settings to start from (default studio)")
    for declared in SETTINGS.values():
        _add_setting(parser, declared, getattr(DEFAULTS, declared.name))
    parser.add_argument(
        "--tile",
        default="auto",
        metavar="auto|off|N",
        help="pieces of N pixels, to save memory: auto takes the largest that fits, if the whole does not",
    )
    _add_device(parser)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    _add_pair(parser)
    parser.add_argument("image", metavar="IMAGE", help="the picture to judge; scaled to CONTENT's shape at --size")
    usual = {name: getattr(DEFAULTS, name) for name in EVALUATED} | {"loss_weighting": "paper"}
    for name, value in usual.items():
        _add_setting(parser, SETTINGS[name], value)
    parser.set_defaults(**usual, init_image=None, enlarged=None, recipe=None)
    _add_device(parser)


def _add_bench(parser: argparse.ArgumentParser) -> None:
    _add_setting(parser, SETTINGS["size"], DEFAULTS.size)
    parser.set_defaults(size=DEFAULTS.size)
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    _add_device(parser)


def _add_pair(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("content", metavar="CONTENT", help="picture file")
    add_styles(parser)


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=get_args(DeviceChoice), default="auto")


def _add_setting(parser: argparse.ArgumentParser, declared: Setting, default: object) -> None:
    """Adds the option of a setting. It stays None in the parsed options unless the user names it."""
    span = f" {declared.low:g} to {declared.high:g}." if declared.kind in ("int", "float") else ""
    options: dict[str, Any] = {
        "dest": declared.name,
        "help": f"{declared.help}{span} (default {declared.to_text(default)})".replace("%", "%%"),
    }
    if declared.kind == "choice":
        # A picture to start from is named with --init-image, which sets this choice by itself.
        options["choices"] = [choice for choice in declared.labels if (declared.name, choice) != ("init", "image")]
    elif declared.kind == "lambdas":
        options |= {"type": _reader(declared), "action": "extend", "metavar": "λ"}
    else:
        options |= {"type": _reader(declared), "metavar": "LAYERS" if declared.kind == "layers" else "N"}
    parser.add_argument(declared.flag, *declared.old_flags, **options)


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"the number of workers is from 1 to {MOST_WORKERS}, not {text!r:.40}")
    return int(text)


def _reader(declared: Setting) -> Callable[[str], object]:
    def read(text: str) -> object:
        comma = re.fullmatch(r"\s*(\d+),(\d+)\s*", text)  # as many languages write it; a list of λ looks like it
        try:
            value = declared.from_text(text)
            if comma:
                declared.check(value)
        except SettingError as error:
            if comma and declared.kind in ("lambdas", "float"):
                raise argparse.ArgumentTypeError(f"write {comma[1]}.{comma[2]}, with a point") from error
            raise argparse.ArgumentTypeError(str(error)) from error
        return value

    return read
