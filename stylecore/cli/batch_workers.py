"""A batch on several processes of this machine; each takes the next picture, and the parent alone tells of them.

A worker that dies costs nothing but time: its picture is given to a new one. Workers don't hear the signals that stop a
run: the parent does, and ends them. Where the parent is gone, they end by themselves.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import multiprocessing
import os
import threading
from collections import Counter, deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

import torch

from stylecore.cli.batch_painting import At, Outcome, attempt
from stylecore.cli.batch_plan import Batch
from stylecore.cli.batch_progress import BatchProgress
from stylecore.cli.signals import held_back
from stylecore.cli.terminal import repeat
from stylecore.engine.limits import free_memory
from stylecore.experiments.batch import BatchPicture
from stylecore.transfer.known_styles import KnownStyles
from stylecore.transfer.precision import measured_for, take_measurements
from stylecore.transfer.vgg import VGG16, load_vgg16

TRIES = 3  # of a picture whose worker dies
DIED = (
    f"The process that painted it was ended {TRIES} times, as happens where memory runs out: "
    "choose fewer --workers or a smaller --size."
)


@dataclass(slots=True, kw_only=True)
class _Worker:
    """A process, as its parent sees it.

    Attributes:
        process: it.
        connection: to it.
        picture: that it paints; None while it has none.
        at: how far that is.
    """

    process: BaseProcess
    connection: Connection
    picture: BatchPicture | None = None
    at: At | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """What a worker tells its parent: how far it is, or with an outcome that it has ended its picture."""

    at: At | None = None
    notice: str = ""
    outcome: Outcome | None = None
    said: str = ""


def painted_by_workers(
    plan: Batch, todo: Sequence[BatchPicture], count: int, vgg: VGG16, progress: BatchProgress
) -> Generator[tuple[BatchPicture, Outcome], None, None]:
    """Paints pictures on several processes, and yields each with what became of it, in the order in which they end.

    Closing the generator ends the processes at once.

    Args:
        plan: of the batch.
        todo: what is to be painted.
        count: of the processes, among which torch's threads and the memory that is free now are divided.
        vgg: the network, on the device that shall do the work, to measure what precision is best for all of them.
        progress: is told of the steps.
    """
    threads = max(1, torch.get_num_threads() // count)
    plan = dataclasses.replace(plan, pictures=(), memory=free_memory(vgg.mean.device.type) // count)
    order = (plan, threads, vgg.mean.device.type, measured_for(plan.config, vgg, threads))
    waiting, tries = deque(todo), Counter[BatchPicture]()
    crew: list[_Worker] = []
    try:
        while waiting or any(worker.picture for worker in crew):
            while waiting and len(crew) < count:
                crew.append(_hired(order))
            for worker in crew:
                if worker.picture is None and waiting:
                    _give(worker, waiting.popleft())
            for worker in _speaking(crew):
                picture = worker.picture
                assert picture is not None  # or it would not be waited for
                try:
                    told: _Told = worker.connection.recv()
                except (EOFError, OSError):
                    crew.remove(worker)
                    _end(worker)
                    tries[picture] += 1
                    if tries[picture] < TRIES:
                        waiting.appendleft(picture)
                    else:
                        yield picture, Outcome(trouble=DIED)
                    continue
                repeat(told.said)
                if told.outcome is None:
                    worker.at = told.at
                    progress.show([worker.at for worker in crew if worker.at], told.notice)
                else:
                    worker.picture = worker.at = None
                    yield picture, told.outcome
    finally:
        for worker in crew:
            worker.process.kill()
        for worker in crew:
            _end(worker)


def _hired(order: tuple[object, ...]) -> _Worker:
    """Starts a process, which is told of the batch but has no picture yet."""
    context = multiprocessing.get_context("spawn")  # torch's threads don't survive a fork
    ours, its = context.Pipe()
    process = context.Process(target=_work, args=(its,), daemon=True)
    resource_tracker.ensure_running()  # or the first start does it, and lets the signals through again
    with held_back():  # for ever, in what is started meanwhile
        process.start()
    its.close()  # else its end would not be noticed
    with contextlib.suppress(OSError):  # it died at once: its picture will tell
        ours.send(order)
    return _Worker(process=process, connection=ours)


def _give(worker: _Worker, picture: BatchPicture) -> None:
    worker.picture = picture
    with contextlib.suppress(OSError):  # as above
        worker.connection.send(picture)


def _speaking(crew: Sequence[_Worker]) -> list[_Worker]:
    """Waits until workers have something to tell, or have died."""
    ready = wait([worker.connection for worker in crew if worker.picture])
    return [worker for worker in crew if worker.connection in ready]


def _end(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.join()
    worker.connection.close()


def _work(connection: Connection) -> None:
    """What a worker does: it paints what it is given until its parent ends it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    plan, threads, device, measurements = connection.recv()
    torch.set_num_threads(threads)
    take_measurements(measurements)
    vgg, known = load_vgg16(plan.config.vgg_weights, device), KnownStyles()

    def on_step(at: At, notice: str) -> None:
        connection.send(_Told(at=at, notice=notice))

    while True:
        picture = connection.recv()
        with contextlib.redirect_stderr(io.StringIO()) as said:  # two that write at once can't be read
            outcome = attempt(plan, vgg, known, picture, on_step)
        connection.send(_Told(outcome=outcome, said=said.getvalue()))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)  # in the middle of a step: nobody wants the picture any more
