"""Several workers on one batch, wherever they are: each paints the next picture, and one process tells of them all.

A worker that dies costs nothing but time: its picture is given to a new one, three times in all. One that can't be had
leaves its share to the others.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Protocol

from stylecore.cli.batch_painting import At, Outcome
from stylecore.cli.batch_progress import BatchProgress
from stylecore.cli.terminal import note, repeat
from stylecore.experiments.batch import BatchPicture

TRIES = 3  # of a picture whose worker dies
DIED = (
    f"The process that painted it was ended {TRIES} times, as happens where memory runs out: "
    "choose fewer --workers or a smaller --size."
)


class Ended(Protocol):
    """What a worker runs in: a process, or an actor somewhere."""

    def kill(self) -> None:
        """Ends it in the middle of whatever it does."""

    def join(self) -> None:
        """Returns when it has ended; its connection is closed by then."""


@dataclass(slots=True, kw_only=True)
class Worker:
    """One who paints, as the process that tells of it sees it.

    Attributes:
        process: in which it does.
        connection: to it: it gets pictures, and says `Told`.
        picture: that it paints; None while it has none.
        at: how far that is.
    """

    process: Ended
    connection: Connection
    picture: BatchPicture | None = None
    at: At | None = None

    def give(self, picture: BatchPicture) -> None:
        """Gives it a picture to paint."""
        self.picture = picture
        with suppress(OSError):  # it has died, which is noticed when it should have something to say
            self.connection.send(picture)

    def end(self) -> None:
        """Ends it; nothing of it is left when this returns."""
        self.process.kill()
        self.connection.close()
        self.process.join()


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker says: how far it is, with an outcome that it has ended its picture, or that it can't be had.

    Attributes:
        at: how far it is.
        notice: what a reader should be told, in a sentence; else empty.
        outcome: of its picture; None while that is not there.
        said: what it has written on stderr meanwhile.
        absent: why there is no such worker, in a sentence; else empty. Its picture is for others.
    """

    at: At | None = None
    notice: str = ""
    outcome: Outcome | None = None
    said: str = ""
    absent: str = ""


def painted_by_crew(
    todo: Sequence[BatchPicture], count: int, hire: Callable[[], Worker], progress: BatchProgress
) -> Generator[tuple[BatchPicture, Outcome], None, None]:
    """Lets workers paint pictures, and yields each with what became of it, in the order in which they end.

    Closing the generator ends the workers at once.

    Args:
        todo: what is to be painted.
        count: of the workers.
        hire: starts one.
        progress: is told of the steps.
    """
    waiting, tries = deque(todo), Counter[BatchPicture]()
    crew: list[Worker] = []
    try:
        while waiting or any(worker.picture for worker in crew):
            while waiting and len(crew) < count:
                crew.append(hire())
            for worker in crew:
                if worker.picture is None and waiting:
                    worker.give(waiting.popleft())
            for worker in _speaking(crew):
                picture, told = worker.picture, _heard(worker)
                assert picture is not None  # or it would not be waited for
                if told is None or told.absent:
                    crew.remove(worker)
                    worker.end()
                    progress.at_work(_reached(crew))
                if told is None:
                    tries[picture] += 1
                    if tries[picture] < TRIES:
                        waiting.appendleft(picture)
                    else:
                        yield picture, Outcome(trouble=DIED)
                elif told.absent:
                    note(told.absent)
                    waiting.appendleft(picture)
                    count -= 1
                    if not count:
                        yield from ((left, Outcome(trouble=told.absent)) for left in waiting)
                        return
                elif told.outcome is None:
                    worker.at = told.at
                    progress.show(_reached(crew), told.notice)
                else:
                    repeat(told.said)
                    worker.picture = worker.at = None
                    progress.at_work(_reached(crew))
                    yield picture, told.outcome
    finally:
        for worker in crew:
            worker.process.kill()  # all of them, before any is waited for
        for worker in crew:
            worker.end()


def _speaking(crew: Sequence[Worker]) -> list[Worker]:
    """Waits until workers have something to say, or have died."""
    ready = wait([worker.connection for worker in crew if worker.picture])
    return [worker for worker in crew if worker.connection in ready]


def _heard(worker: Worker) -> Told | None:
    """What a worker says; None if it has died."""
    try:
        told: Told = worker.connection.recv()
    except (EOFError, OSError):
        return None
    return told


def _reached(crew: Sequence[Worker]) -> list[At]:
    return [worker.at for worker in crew if worker.at]
