"""Checkpoints of a run on the command line: when they are written, where they are, and what is said of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from stylecore.artifacts.checkpoint import Checkpoint, CheckpointError
from stylecore.cli.terminal import note
from stylecore.errors import SettingError
from stylecore.imaging.files import is_written_into
from stylecore.transfer.records import Step

SECONDS = 120.0  # from one checkpoint to the next
AUTO_FROM = 1024  # pixels of the longer side, from which "auto" means on


def checkpoint_path(wanted: str, output: str, size: int) -> Path | None:
    """Where the checkpoints of a run go: .OUT.png.checkpoint, beside OUT.png; None if there are to be none.

    Args:
        wanted: "auto", "on" or "off".
        output: as the user names it.
        size: longer side of the result, in pixels.

    Raises:
        SettingError: if they are wanted and the output is no file.
    """
    if wanted == "off" or (wanted == "auto" and size < AUTO_FROM):
        return None
    path = Path(output)
    if not is_written_into(path):
        return path.with_name(f".{path.name}.checkpoint")
    if wanted == "on":
        raise SettingError("--checkpoint on needs the name of a file to write the picture to")
    return None


class Checkpoints:
    """Those of one run. Nothing that goes wrong with them costs the run."""

    def __init__(self, path: Path | None, key: str) -> None:
        """Writes nothing yet.

        Args:
            path: of the file; None if there are to be none.
            key: of the run.
        """
        self._path = path
        self._key = key
        self._resumed_at: tuple[int, ...] = ()
        self._due = time.monotonic() + SECONDS
        self._has_told = False

    @property
    def resumed_at(self) -> tuple[int, ...]:
        """The steps at which the run went on from a checkpoint."""
        return self._resumed_at

    def found(self) -> Checkpoint | None:
        """What an earlier process has left of this run, if anything; says so."""
        if self._path is None:
            return None
        try:
            checkpoint = Checkpoint.read(self._path, self._key)
        except FileNotFoundError:
            return None
        except CheckpointError as error:
            note(f"{error} It is not used, and the next checkpoint replaces it.")
            return None
        note(f"going on from step {checkpoint.step}, which {self._path} has; --checkpoint off begins anew.")
        self._resumed_at = (*checkpoint.resumed_at, checkpoint.step)
        return checkpoint

    def keep(self, step: Step, log: Sequence[str]) -> None:
        """Writes a checkpoint if it is time for one.

        Args:
            step: the newest one.
            log: the lines of losses so far.
        """
        if self._path is None or step.last or time.monotonic() < self._due:
            return
        trouble = self._write(self._path, step, log)
        if trouble and not self._has_told:
            note(f"{trouble} The run goes on.")
            self._has_told = True
        self._due = time.monotonic() + SECONDS

    def keep_last(self, step: Step, log: Sequence[str]) -> str:
        """Writes a checkpoint of a run that was cut short; returns a sentence on how it goes on, or nothing."""
        if self._path is None:
            return ""
        trouble = self._write(self._path, step, log)
        if trouble:
            note(trouble)
        return "" if trouble else f"the same command goes on from {self._path}"

    def remove(self) -> None:
        """Removes the file: there is a picture now."""
        if self._path is not None:
            try:
                self._path.unlink(missing_ok=True)
            except OSError as error:
                note(f"{self._path} can't be removed: {error.strerror or error}.")

    def _write(self, path: Path, step: Step, log: Sequence[str]) -> str:
        """Why it could not be written, in a sentence; empty if it was."""
        checkpoint = Checkpoint(
            key=self._key,
            images=step.images,
            step=step.index,
            seconds=step.seconds,
            log=tuple(log),
            resumed_at=self._resumed_at,
        )
        try:
            checkpoint.write(path)
        except (OSError, MemoryError) as error:
            return f"there is no checkpoint of step {step.index}: {str(error) or 'memory ran out.'}"
        return ""
