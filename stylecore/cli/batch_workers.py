"""Workers of a batch in processes of this machine.

They don't hear the signals that stop a run: their parent does, and ends them. Where it is gone, they end by themselves.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import multiprocessing
import os
import threading
from collections.abc import Generator, Sequence
from functools import partial
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection

import torch

from stylecore.cli.batch_crew import Told, Worker, painted_by_crew
from stylecore.cli.batch_painting import At, Outcome, attempt
from stylecore.cli.batch_plan import Batch
from stylecore.cli.batch_progress import BatchProgress
from stylecore.cli.signals import held_back
from stylecore.engine.limits import free_memory
from stylecore.experiments.batch import BatchPicture
from stylecore.transfer.known_styles import KnownStyles
from stylecore.transfer.precision import measured_for, take_measurements
from stylecore.transfer.vgg import VGG16, load_vgg16


def painted_by_workers(
    plan: Batch, todo: Sequence[BatchPicture], count: int, vgg: VGG16, progress: BatchProgress
) -> Generator[tuple[BatchPicture, Outcome], None, None]:
    """Paints pictures on several processes: see `painted_by_crew`.

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
    return painted_by_crew(todo, count, partial(_hired, order), progress)


def _hired(order: tuple[object, ...]) -> Worker:
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
    return Worker(process=process, connection=ours)


def _work(connection: Connection) -> None:
    """What a worker does: it paints what it is given until its parent ends it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    plan, threads, device, measurements = connection.recv()
    torch.set_num_threads(threads)
    take_measurements(measurements)
    vgg, known = load_vgg16(plan.config.vgg_weights, device), KnownStyles()

    def on_step(at: At, notice: str) -> None:
        connection.send(Told(at=at, notice=notice))

    while True:
        picture = connection.recv()
        with contextlib.redirect_stderr(io.StringIO()) as said:  # two that write at once can't be read
            outcome = attempt(plan, vgg, known, picture, on_step)
        connection.send(Told(outcome=outcome, said=said.getvalue()))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)  # in the middle of a step: nobody wants the picture any more
