"""Workers of a batch on the machines of a Ray cluster: files are read and written here, and painted there.

Each worker has a thread here that speaks for its actor through a pipe, as a process of `batch_workers` does for itself.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, Protocol

from stylecore.cli.batch_crew import Told, Worker, painted_by_crew
from stylecore.cli.batch_host import BatchHost, Measured
from stylecore.cli.batch_painting import Outcome, failed, sources_of
from stylecore.cli.batch_plan import Batch
from stylecore.cli.batch_progress import BatchProgress
from stylecore.cli.signals import Signals
from stylecore.engine.remote_runner import Channel
from stylecore.engine.runner import RunnerAbsent, RunnerLost
from stylecore.engine.workplaces import ray_links
from stylecore.errors import SettingError
from stylecore.experiments.batch import BatchPicture
from stylecore.imaging.files import write_whole

LOOK_SECONDS = 0.5  # between two looks at how far a picture is
ABSENT = (
    "a worker found no place in the Ray cluster in time, so it paints nothing: `ray status` says what is free there"
)


class Link(Protocol):
    """The way to an actor: see `ray_link.RayLink`."""

    device: str
    sharing: int

    def call(self, channel: Channel, method: str, *arguments: object) -> Future[Any]:
        """Calls a method of `BatchHost`."""

    def close(self) -> None:
        """Ends the actor; the next call starts another one."""


def painted_on_ray(
    plan: Batch, todo: Sequence[BatchPicture], address: str, signals: Signals, progress: BatchProgress
) -> Generator[tuple[BatchPicture, Outcome], None, None]:
    """Paints pictures on a Ray cluster: see `painted_by_crew`.

    Args:
        plan: of the batch; its options say how many workers there shall be, if not one for each slot.
        todo: what is to be painted.
        address: of the cluster, see `ray_link.make_ray_links`.
        signals: that stop the run.
        progress: is told of the steps.

    Raises:
        SettingError: if Ray is not installed, there is no such cluster, or nobody in it can work.
    """
    links: list[Link] = ray_links("--ray").make_ray_links(address, plan.options.workers, BatchHost)[: len(todo)]
    signals.listen()  # Ray has ways of its own to end a process
    plan, free = dataclasses.replace(plan, pictures=()), list(links)
    try:
        measured = _measured(plan, links)
        yield from painted_by_crew(todo, len(links), lambda: _hired(plan, free.pop(), measured, free.append), progress)
    finally:
        for link in links:
            link.close()


def _measured(plan: Batch, links: Sequence[Link]) -> Measured:
    """What the first to come measures of precisions, so that others of the same kind paint the same pictures."""
    for link in links:
        with suppress(RunnerLost):
            found: Measured = link.call("compute", "measure", plan.config).result()
            return found
    raise SettingError("nobody in the Ray cluster can work: `ray status` says what it has")


class _Place:
    """Where a worker is: see `batch_crew.Ended`. Once it has ended, no call starts the actor anew."""

    def __init__(self, link: Link, at_end: Callable[[Link], None]) -> None:
        """Takes a link that nobody else uses, and who gets it back in the end."""
        self._link, self._at_end = link, at_end
        self._lock, self._ended = threading.Lock(), False
        self.speaker: threading.Thread | None = None

    def call(self, channel: Channel, method: str, *arguments: object) -> Future[Any]:
        """Asks the actor; see `Link.call`. Returns the answer to come."""
        with self._lock:
            if self._ended:
                raise RunnerLost("it was ended")
            return self._link.call(channel, method, *arguments)

    def kill(self) -> None:
        with self._lock:
            self._ended = True
            self._link.close()

    def join(self) -> None:
        assert self.speaker is not None
        self.speaker.join()
        self._at_end(self._link)


def _hired(plan: Batch, link: Link, measured: Measured, at_end: Callable[[Link], None]) -> Worker:
    ours, its = Pipe()
    place = _Place(link, at_end)
    order = plan, measured, link.sharing
    place.speaker = threading.Thread(target=_speak, args=(place, order, its), name="stylecore-batch-ray", daemon=True)
    place.speaker.start()
    return Worker(process=place, connection=ours)


def _speak(place: _Place, order: tuple[Batch, Measured, int], connection: Connection) -> None:
    """Speaks for an actor until it is gone, or nothing is wanted of it any more."""
    with connection, suppress(EOFError, OSError):  # the other end was closed
        try:
            place.call("compute", "order", *order).result()
            while True:
                connection.send(_painted(order[0], connection.recv(), place, connection))
        except RunnerAbsent:
            connection.send(Told(absent=ABSENT))
        except RunnerLost:
            pass  # as of a process that has died, the end of the connection says so


def _painted(plan: Batch, picture: BatchPicture, place: _Place, connection: Connection) -> Told:
    """Has a picture painted and writes its file; says on the way how far it is."""
    try:
        sources = sources_of(plan, picture)
    except Exception as error:
        return Told(outcome=failed(error, plan, "cpu"))
    asked = place.call("compute", "paint", picture, sources)
    while not wait([asked], LOOK_SECONDS).done:
        at, notices = place.call("control", "progress").result()
        for notice in notices:
            connection.send(Told(at=at, notice=notice))
        connection.send(Told(at=at))
    outcome, data, said = asked.result()
    if outcome.recipe is not None:
        try:
            write_whole(plan.path(picture), data)
        except OSError as error:
            outcome = failed(error, plan, "cpu")
    return Told(outcome=outcome, said=said)
