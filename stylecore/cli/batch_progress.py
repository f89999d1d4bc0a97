"""How far a batch is: a bar with the time left on a terminal, else a line of JSON for each thing that happens."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from stylecore.cli.batch_painting import At
from stylecore.cli.terminal import is_terminal, leave_progress, note, print_result, show_line
from stylecore.engine.spoken import spoken_time
from stylecore.experiments.batch import BatchPicture

ProgressKind = Literal["auto", "bar", "json"]


class BatchProgress:
    """Counts pictures, and says how long the others will take by those that are done."""

    def __init__(self, kind: ProgressKind, pictures: int, there: int) -> None:
        """Says how much there is to do.

        Args:
            kind: "bar" on stderr, "json" on stdout; "auto" takes a bar if stderr is a terminal.
            pictures: of the batch.
            there: how many of them an earlier run has finished.
        """
        self._json = kind == "json" or (kind == "auto" and not is_terminal())
        self._pictures, self._there = pictures, there
        self._painted = self._failed = 0
        self._reasons: set[str] = set()
        self._part = 0.0  # of the pictures in work, that is done
        self._began: float | None = None  # when the first step was made: that workers start is no measure of the rest
        self._tell(event="started", pictures=pictures, already_there=there)

    def show(self, at: Sequence[At], notice: str) -> None:
        """Shows how far the pictures in work are.

        Args:
            at: of each of them.
            notice: what a reader should be told, in a sentence; else empty.
        """
        self.at_work(at)
        if notice:
            note(notice)
        if not self._json:
            several = f"–{self._done + len(at)}" if len(at) > 1 else ""
            line = f"{self._done + 1}{several} of {self._pictures} · {'; '.join(map(str, at))} · {self._left()}"
            show_line(line)

    def at_work(self, at: Sequence[At]) -> None:
        """Notes how far the pictures in work are, those that have just ended left out."""
        self._part = sum(one.share for one in at)
        self._began = time.perf_counter() if self._began is None else self._began

    def finished(self, picture: BatchPicture, path: Path, losses: Mapping[str, float], seconds: float) -> None:
        """Counts a picture that is written."""
        self._painted += 1
        self._tell(
            event="finished",
            file=str(path),
            **_named(picture),
            content_loss=losses["content"],
            style_loss=losses["style"],
            seconds=round(seconds, 3),
            done=self._done,
            pictures=self._pictures,
            seconds_left=self._seconds_left(),
        )

    def failed(self, picture: BatchPicture, reason: str) -> None:
        """Counts a picture that could not be made, and says why."""
        self._failed += 1
        if not self._json and reason not in self._reasons:  # a broken file fails with every style and λ
            leave_progress()
            note(f"{picture.name}: {reason}")
            self._reasons.add(reason)
        self._tell(event="failed", **_named(picture), reason=reason, done=self._done, pictures=self._pictures)

    def end(self) -> None:
        """Says what became of the batch."""
        if not self._json:
            leave_progress()
        self._tell(event="ended", painted=self._painted, already_there=self._there, failed=self._failed)

    @property
    def _done(self) -> int:
        return self._there + self._painted + self._failed

    def _seconds_left(self) -> float | None:
        """Seconds of work to come, by what was painted since the first step; None while that is nothing."""
        worked = self._painted + self._part
        if not worked or self._began is None:
            return None
        return round((time.perf_counter() - self._began) / worked * (self._pictures - self._done - self._part), 1)

    def _left(self) -> str:
        seconds = self._seconds_left()
        return "measuring …" if seconds is None else f"about {spoken_time(seconds)} left"

    def _tell(self, **facts: object) -> None:
        if self._json:
            print_result(json.dumps(facts))


def _named(picture: BatchPicture) -> dict[str, object]:
    return {"content": str(picture.content), "style": str(picture.style), "lambda": picture.lam}
