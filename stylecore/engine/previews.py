"""The pictures of a step as pages need them: previews, frames of the way, finished files."""

from __future__ import annotations

from stylecore.artifacts.export import finished_pictures
from stylecore.engine.jobs import Frame, Job
from stylecore.imaging.images import encode_jpeg
from stylecore.imaging.tensors import to_image
from stylecore.transfer.records import Step

PREVIEW_SIDE = 1024  # pixels; larger pictures are shown smaller while they are on the way


def previews(step: Step) -> tuple[bytes, ...]:
    """JPEG bytes of each λ's picture, small enough to be shown while it is on the way."""
    pictures = [to_image(image) for image in step.images]
    for picture in pictures:
        picture.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return tuple(encode_jpeg(picture, 90) for picture in pictures)


def frame_due(job: Job, step: Step) -> Frame | None:
    """The pictures of a step that shall be kept, for the way to be looked at again; None for all others."""
    newest = job.snapshot.frames[-1].index if job.snapshot.frames else -1
    if step.index % job.frame_every or step.index <= newest:
        return None
    return Frame(step.index, previews(step))


def results(job: Job, step: Step, device: str) -> tuple[bytes, ...]:
    """PNG bytes of each λ's picture, with its recipe."""
    request = job.request
    return tuple(finished_pictures(step, request.config, device, request.inputs, job.snapshot.changes))
