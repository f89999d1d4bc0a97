"""What a server takes on: its operator's limits, checked where the work begins, whatever a page has allowed."""

from __future__ import annotations

from stylecore.config import RANGES
from stylecore.engine.jobs import Job, Request
from stylecore.engine.limits import Limits
from stylecore.transfer.stylize import Steering


class QueueFull(RuntimeError):
    """There is no room for another job now; the message says so in one sentence."""


def check_request(request: Request, limits: Limits) -> None:
    """Refuses what is beyond the limits.

    Raises:
        ValueError: in one sentence that names the limit.
    """
    config = request.config
    for name, value, most in (
        ("size", config.size, limits.max_size),
        ("steps", config.steps, limits.max_steps),
        ("the number of λ in one run", len(config.lambdas), limits.max_lambdas),
    ):
        if value > most:
            raise ValueError(f"This server's limit for {name} is {most}, and {value} is more: choose a smaller one.")
    for name, data in (
        ("The content picture", request.content),
        ("The style picture", request.style),
        ("The picture to start from", request.init),
    ):
        if len(data) > limits.max_upload_mb * 2**20:
            raise ValueError(f"{name} has more than {limits.max_upload_mb} MB: save it smaller first.")


def check_more_steps(job: Job, more: int, limits: Limits) -> None:
    """Refuses more steps than one run may get.

    Raises:
        ValueError: in one sentence that names the limit.
    """
    most = int(RANGES["steps"][1])
    asked = sum(message.more_steps for message in job.messages) + more
    if not 0 <= more <= limits.max_steps:
        raise ValueError(f"This server's limit is {limits.max_steps} more steps at a time, not {more}.")
    if job.snapshot.steps + asked > most:
        raise ValueError(f"A run has at most {most} steps: start a new one from its picture.")


def check_steering(job: Job, steering: Steering, limits: Limits) -> None:
    """Refuses a message that the run could not follow, or may not.

    Raises:
        ValueError: in one sentence.
    """
    check_more_steps(job, steering.more_steps, limits)
    if steering.lambdas is None:
        return
    if len(steering.lambdas) != len(job.request.config.lambdas):
        raise ValueError(f"This run has {len(job.request.config.lambdas)} λ, and {len(steering.lambdas)} were sent.")
    if not all(0 <= lam <= 1 for lam in steering.lambdas):
        raise ValueError("λ must be a number from 0 to 1.")
