"""Refuses requests beyond the operator's limits, whatever the page that sent them has allowed."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

from stylecore.config import SETTINGS
from stylecore.engine.jobs import Job, Request
from stylecore.engine.limits import Limits
from stylecore.errors import ImageError, UserError
from stylecore.imaging.inputs import InputsError, check_weights
from stylecore.imaging.mask_files import with_small_masks
from stylecore.language import Sentence
from stylecore.transfer.records import Steering


class RequestRefused(UserError, ValueError):
    """A request is beyond the limits of this server; the message names the limit in one sentence."""


class QueueFull(UserError, RuntimeError):
    """There is no room for another job now; the message says so in one sentence."""


def checked_request(request: Request, limits: Limits, results: Collection[bytes] = ()) -> Request:
    """Refuses what is beyond the limits.

    Args:
        request: of a visitor.
        limits: of this server.
        results: the visitor's own finished pictures, which may be larger than what comes in.

    Returns:
        The same request, its masks in the form in which they are used.

    Raises:
        RequestRefused: in one sentence that names the limit.
    """
    config = request.config
    for name, value, most in (
        (Sentence("size"), config.size, limits.max_size),
        (Sentence("steps"), config.steps, limits.max_steps),
        (Sentence("the number of λ in one run"), len(config.lambdas), limits.max_lambdas),
    ):
        if value > most:
            raise RequestRefused(
                "This server's limit for {name} is {most}, and {value} is more: choose a smaller one.",
                name=name,
                most=most,
                value=value,
            )
    images = (
        *((Sentence("The content picture"), image) for image in request.inputs.contents),
        *((Sentence("The style picture"), image) for image in request.inputs.styles),
        *([(Sentence("The picture to start from"), request.inputs.init)] if request.inputs.init else []),
    )
    for name, image in images:
        if len(image.data) > limits.max_upload_mb * 2**20 and not any(image.data is own for own in results):
            raise RequestRefused(
                "{name} has more than {most} MB: save it smaller first.", name=name, most=limits.max_upload_mb
            )
    if any(len(mask) > limits.max_upload_mb * 2**20 for mask in request.inputs.masks()):
        raise RequestRefused("A mask has more than {most} MB: save it smaller first.", most=limits.max_upload_mb)
    if len(request.inputs.contents) != 1:
        raise RequestRefused("This version takes one content picture.")
    try:
        inputs = with_small_masks(request.inputs)
    except (ImageError, InputsError) as error:
        raise RequestRefused(error.sentence) from error
    return request if inputs == request.inputs else dataclasses.replace(request, inputs=inputs)


def check_more_steps(job: Job, more: int, limits: Limits) -> None:
    """Refuses more steps than one run may get.

    Raises:
        RequestRefused: in one sentence that names the limit.
    """
    most = int(SETTINGS["steps"].high)
    asked = (job.steering.more_steps if job.steering else 0) + more
    if not 0 <= more <= limits.max_steps:
        raise RequestRefused(
            "This server's limit is {most} more steps at a time, not {more}.", most=limits.max_steps, more=more
        )
    if job.snapshot.steps + asked > most:
        raise RequestRefused("A run has at most {most} steps: start a new one from its picture.", most=most)


def check_steering(job: Job, steering: Steering, limits: Limits) -> None:
    """Refuses a message that the run could not follow, or may not.

    Raises:
        RequestRefused: in one sentence.
    """
    check_more_steps(job, steering.more_steps, limits)
    if steering.style_weights is not None:
        try:
            check_weights(job.request.inputs, steering.style_weights)
        except InputsError as error:
            raise RequestRefused(error.sentence) from error
    if steering.lambdas is None:
        return
    if len(steering.lambdas) != len(job.request.config.lambdas):
        raise RequestRefused(
            "This run has {count} λ, and {sent} were sent.",
            count=len(job.request.config.lambdas),
            sent=len(steering.lambdas),
        )
    if not all(0 <= lam <= 1 for lam in steering.lambdas):
        raise RequestRefused("λ must be a number from 0 to 1.")
