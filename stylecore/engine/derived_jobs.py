"""Jobs and requests that are made of a job: parts of a batch, and runs that go on from a picture."""

from __future__ import annotations

import dataclasses

from stylecore.config import SETTINGS, TransferConfig, with_lambda
from stylecore.engine.jobs import Job, Request
from stylecore.imaging.inputs import with_init, with_weights
from stylecore.transfer.enlargement import levels_between


def extract(job: Job, k: int, number: int, name: str) -> Job:
    """One picture of a batch as an ended job of the Studio, with its losses and frames.

    Args:
        job: ended, or paused.
        k: index of its λ in the batch.
        number: of the new job among its owner's in the Studio.
        name: its id.
    """
    apart = slice_batch(job, slice(k, k + 1), number, name)
    apart.request = dataclasses.replace(apart.request, workspace="studio")
    return apart


def slice_batch(job: Job, places: slice, number: int, name: str) -> Job:
    """Some pictures of a batch as a job of their own, with their losses and frames, but without the computation.

    Args:
        job: the batch.
        places: indices of its λ.
        number: of the new job among its owner's.
        name: its id.
    """
    snapshot, config, steering = job.snapshot, job.request.config, job.steering
    if steering is not None and steering.lambdas is not None:
        steering = dataclasses.replace(steering, lambdas=steering.lambdas[places])
    return Job(
        id=name,
        owner=job.owner,
        number=number,
        request=dataclasses.replace(job.request, config=dataclasses.replace(config, lambdas=config.lambdas[places])),
        cost=None,
        snapshot=dataclasses.replace(
            snapshot,
            loss_history=tuple(record.slice(places) for record in snapshot.loss_history),
            previews=snapshot.previews[places],
            results=snapshot.results[places],
            frames=tuple(dataclasses.replace(frame, pictures=frame.pictures[places]) for frame in snapshot.frames),
            changes=tuple((index, lambdas[places]) for index, lambdas in snapshot.changes),
            resumable=False,
        ),
        seen=job.seen,
        steering=steering,
        size=job.size,
        frame_every=job.frame_every,
    )


def split(job: Job, numbers: tuple[int, int], names: tuple[str, str]) -> tuple[tuple[Job, slice], tuple[Job, slice]]:
    """A batch as two jobs that make the same pictures with less memory, each from where the batch was.

    Args:
        job: of at least two λ.
        numbers: of the new jobs among their owner's.
        names: their ids.

    Returns:
        Each new job with the indices of its λ in the batch.
    """
    middle = (len(job.request.config.lambdas) + 1) // 2
    first, second = slice(middle), slice(middle, None)
    return (slice_batch(job, first, numbers[0], names[0]), first), (
        slice_batch(job, second, numbers[1], names[1]),
        second,
    )


def at_half_size(job: Job) -> Request:
    """A request that goes on with a job at half its size, from its newest picture if there is one."""
    snapshot = job.snapshot
    size = max(job.request.config.size // 2, int(SETTINGS["size"].low))
    config = dataclasses.replace(with_lambda(job.request.config, job.lam), size=size)
    if not snapshot.results:
        inputs = with_weights(job.request.inputs, job.style_weights)
        return dataclasses.replace(job.request, config=config, inputs=inputs)
    return _from_result(job, dataclasses.replace(config, steps=max(snapshot.steps - snapshot.done, 1)))


def from_result(job: Job, steps: int) -> Request:
    """A request that goes on with a job of one λ from its finished picture, with the λ and mix that it was steered to.

    Args:
        job: ended or paused, with a result.
        steps: updates to make.
    """
    return _from_result(job, dataclasses.replace(with_lambda(job.request.config, job.lam), steps=steps))


def made_large(job: Job, size: int) -> Request:
    """A request that paints a finished picture larger, through the sizes between.

    Args:
        job: of one λ, ended or paused, with a result.
        size: longer side, in pixels, larger than that of the result.
    """
    levels = levels_between(result_side(job), size)
    steps = sum(level.steps for level in levels)
    config = dataclasses.replace(with_lambda(job.request.config, job.lam), size=size, steps=steps, coarse_to_fine="off")
    return dataclasses.replace(_from_result(job, config), workspace="studio", levels=levels)


def result_side(job: Job) -> int:
    """Longer side of a job's result, in pixels: smaller than it was set to if it was stopped on its way to be large."""
    return max(job.size) if job.request.levels and job.size else job.request.config.size


def _from_result(job: Job, config: TransferConfig) -> Request:
    inputs = with_init(with_weights(job.request.inputs, job.style_weights), job.snapshot.results[0])
    return dataclasses.replace(job.request, config=dataclasses.replace(config, init="image"), inputs=inputs, levels=())
