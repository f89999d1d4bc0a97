"""Writing what a run has made: nothing that goes wrong with one file costs another, and no picture is lost."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Protocol

from stylecore.artifacts.export import FinishedPicture, converted
from stylecore.cli.outputs import Output, goes_to_stdout
from stylecore.cli.terminal import DONE, SAVED_ELSEWHERE, note, say, tell
from stylecore.config import FileFormat, Postprocess
from stylecore.imaging.files import STDOUT, write_whole
from stylecore.imaging.output_formats import ALL_EXTENSIONS

LONGEST_STEM = 40  # characters that a picture's name keeps in another place, where names may have to be shorter


class Encodable(Protocol):
    """A picture that can become a file of any format."""

    def encoded(self, kind: FileFormat) -> bytes:
        """Bytes of the file."""


class Ended(Protocol):
    """A run that has ended."""

    @property
    def trouble(self) -> str:
        """Why it ended early, in one sentence; empty if it didn't."""

    @property
    def status(self) -> int:
        """What the command exits with, unless the pictures can't be written."""

    @property
    def reached(self) -> str:
        """What it has come to, such as "step 12"."""


@dataclass(frozen=True, slots=True)
class Painted:
    """What a run has painted, as a file; never lost because its postprocessing fails.

    Attributes:
        picture: with the postprocessing that is wanted.
    """

    picture: FinishedPicture

    def encoded(self, kind: FileFormat) -> bytes:
        """Bytes of the file, without postprocessing if that fails."""
        assert kind != "gif"  # which is for animations
        try:
            return self.picture.encoded(kind)
        except Exception as error:
            plain = self.picture.postprocessed(Postprocess())
            if plain.recipe == self.picture.recipe:
                raise
            reason = str(error) or type(error).__name__
            note(f"the picture is as the run left it, since its postprocessing failed: {reason}")
            return plain.encoded(kind)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Several pictures in one.

    Attributes:
        png: bytes, with a recipe.
    """

    png: bytes

    def encoded(self, kind: FileFormat) -> bytes:
        """Bytes of the file, of 8 bits a channel."""
        assert kind != "gif"  # which is for animations
        return converted(self.png, kind)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a run's files.

    Attributes:
        written: those that are where they were meant to be.
        troubles: a sentence without its full stop for each of the others: why, and where it is instead.
    """

    written: list[Path] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def save_all(
    outputs: Sequence[Output], pictures: Sequence[Encodable], log: Path | None = None, lines: str = ""
) -> Saved:
    """Writes the pictures, then the log.

    Args:
        outputs: where each picture goes, and in which format.
        pictures: with their recipes.
        log: where the losses go, if anywhere.
        lines: of the log.
    """
    saved = Saved()
    for output, picture in zip(outputs, pictures, strict=True):
        try:
            data = picture.encoded(output.kind)
        except Exception as error:
            if output.kind == "png":
                raise
            # A picture that can't be saved in one format is still a picture.
            reason = f"{output.path} can't be saved as {output.kind}: {str(error) or type(error).__name__}"
            saved.troubles.append(_rescued(output.path, ".png", picture.encoded("png"), reason))
        else:
            _save(output.path, ALL_EXTENSIONS[output.kind][0], data, saved)
    if log is not None:
        _save(log, ".jsonl", lines.encode(), saved)
    return saved


def _save(path: Path, ending: str, data: bytes, saved: Saved) -> None:
    try:
        write_whole(path, data)
        saved.written.append(path)
    except OSError as error:
        saved.troubles.append(_rescued(path, ending, data, str(error)))


def _rescued(path: Path, ending: str, data: bytes, reason: str) -> str:
    """Puts a file into the first other place that takes it; returns the sentence that says so."""
    for folder in _other_places():
        place = _new_file_in(folder, path, ending, data)
        if place is not None:
            return f"{reason.removesuffix('.')}; it is in {place}"
    return f"{reason.removesuffix('.')}; and no other place took it"


def _other_places() -> Iterator[Path]:
    with contextlib.suppress(RuntimeError):  # nobody's home
        yield Path.home()
    with contextlib.suppress(OSError):  # none that can be written to
        yield Path(tempfile.gettempdir())
    yield Path("/dev/shm")  # memory, where every disk is full


def _new_file_in(folder: Path, path: Path, ending: str, data: bytes) -> Path | None:
    """Writes a file that replaces no other and that nobody else can read; None if that fails."""
    kept = "".join(c if c.isalnum() or c in "-_." else "_" for c in path.stem)[:LONGEST_STEM]
    stem = "stylecore" if path == STDOUT else kept or "stylecore"
    for number in count():
        place = folder / f"{stem}{f'-{number}' if number else ''}{ending}"
        try:
            with open(place, "xb", opener=partial(os.open, mode=0o600)) as file:
                try:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    place.unlink()
                    raise
            return place
        except FileExistsError:
            continue
        except OSError:
            return None
    return None


def save_apart(path: Path, pngs: Sequence[bytes], error: Exception) -> Saved:
    """Puts pictures that could not be laid out together somewhere as they are.

    Args:
        path: where all of them were to be.
        pngs: the pictures, with their recipes.
        error: why they are not.
    """
    reason = f"{path} could not be made ({str(error) or type(error).__name__})"
    return Saved(troubles=[_rescued(path, ".png", png, f"picture {n} of {reason}") for n, png in enumerate(pngs, 1)])


def report_run(run: Ended, saved: Saved) -> int:
    """Tells what was written and what was not, and why the run ended early if it did.

    Returns:
        The exit status.
    """
    names = ", ".join("the standard output" if path == STDOUT else str(path) for path in saved.written)
    if not run.trouble and not saved.troubles:
        tell(f"wrote {names}", sys.stderr if goes_to_stdout(saved.written) else sys.stdout)
        return DONE
    parts = [run.trouble.removesuffix(".")] if run.trouble else []
    parts += [f"wrote {run.reached} to {names}"] if saved.written else []
    say("; ".join([*parts, *saved.troubles]))
    return SAVED_ELSEWHERE if saved.troubles else run.status
