"""A job as plain values and files, and back: all of it that a later server can use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stylecore.artifacts.recipe import current_versions, sha256
from stylecore.config import TransferConfig
from stylecore.engine.jobs import ENDED, Frame, Job, Request, Snapshot
from stylecore.engine.runner import Pictures
from stylecore.engine.store.sentences import sentence_from_plain, sentence_to_plain
from stylecore.imaging.inputs import InputImage, Inputs
from stylecore.transfer.enlargement import Level
from stylecore.transfer.records import LossRecord, Steering

Plain = dict[str, Any]
Read = Callable[[str], bytes]  # the bytes of a file by its checksum; it raises LookupError where there are none


class Kept(dict[str, bytes]):
    """The files of a record, by their checksums."""

    def name(self, data: bytes) -> str:
        """Takes a file. Returns what names it in the record; nothing is named by nothing."""
        digest = sha256(data) if data else ""
        if data:
            self[digest] = data
        return digest

    def names(self, files: Sequence[bytes]) -> list[str]:
        """Like `name`, for several."""
        return list(map(self.name, files))


def job_to_plain(job: Job, snapshot: Snapshot, pictures: Pictures | None) -> tuple[Plain, Kept]:
    """A job as a record and its files.

    Args:
        job: which one.
        snapshot: of the job; one that is at work and has no pictures yet is kept as one that has not begun.
        pictures: of the snapshot's newest step, where the snapshot itself has none of it.
    """
    kept = Kept()
    begun = pictures is not None or snapshot.status in ENDED or snapshot.pictured == snapshot.done
    history = snapshot.loss_history if begun else ()
    shown = pictures or (Pictures(snapshot.results, snapshot.previews) if begun else Pictures((), ()))
    plain = {
        "versions": current_versions(),
        "number": job.number,
        "request": _request_to_plain(job.request, kept),
        "status": snapshot.status,
        "steps": snapshot.steps,
        "seconds": snapshot.seconds,
        "losses": list(map(_losses_to_plain, history)),
        "previews": kept.names(shown.previews),
        "results": kept.names(shown.results),
        "pictured": snapshot.done if pictures else snapshot.pictured,
        "frames": [[frame.index, kept.names(frame.pictures)] for frame in snapshot.frames] if begun else [],
        "changes": snapshot.changes if begun else (),
        "weight_changes": snapshot.weight_changes if begun else (),
        "sizes": snapshot.sizes if begun else (),
        "notices": list(map(sentence_to_plain, snapshot.notices)),
        "error": sentence_to_plain(snapshot.error),
        "too_large": snapshot.too_large,
        "size": job.size if begun else None,
        "frame_every": job.frame_every,
        "steering": _steering_to_plain(job.steering, snapshot, begun=begun),
    }
    return plain, kept


def job_from_plain(plain: Mapping[str, Any], name: str, owner: str, read: Read) -> Job:
    """The job of a record, as it was when that was written; nothing computes it yet.

    Args:
        plain: of `job_to_plain`.
        name: its id.
        owner: whose it is.
        read: gives the files.

    Raises:
        LookupError: if an entry or a file is missing.
        ValueError: if a setting is none of this version.
        TypeError: if an entry is of the wrong type.
    """
    steering = plain["steering"]
    snapshot = Snapshot(
        status=plain["status"],
        steps=plain["steps"],
        seconds=plain["seconds"],
        loss_history=tuple(map(_losses_from_plain, plain["losses"])),
        previews=tuple(map(read, plain["previews"])),
        frames=tuple(Frame(index, tuple(map(read, pictures))) for index, pictures in plain["frames"]),
        results=tuple(map(read, plain["results"])),
        pictured=plain["pictured"],
        changes=_changes(plain["changes"]),
        weight_changes=_changes(plain["weight_changes"]),
        sizes=tuple((step, (width, height)) for step, (width, height) in plain["sizes"]),
        notices=tuple(map(sentence_from_plain, plain["notices"])),
        error=sentence_from_plain(plain["error"]),
        too_large=plain["too_large"],
    )
    return Job(
        id=name,
        owner=owner,
        number=plain["number"],
        request=_request_from_plain(plain["request"], read),
        cost=None,
        snapshot=snapshot,
        seen=float("-inf"),
        steering=_steering_from_plain(steering) if steering else None,
        size=tuple(plain["size"]) if plain["size"] else None,
        frame_every=plain["frame_every"],
    )


def _request_to_plain(request: Request, kept: Kept) -> Plain:
    def image(picture: InputImage) -> Plain:
        return {
            "data": kept.name(picture.data),
            "name": picture.name,
            "weight": picture.weight,
            "mask": kept.name(picture.mask),
            "region": kept.name(picture.region),
        }

    inputs = request.inputs
    return {
        "contents": list(map(image, inputs.contents)),
        "styles": list(map(image, inputs.styles)),
        "init": image(inputs.init) if inputs.init else None,
        "leave": kept.name(inputs.leave),
        "config": request.config.to_dict(),
        "workspace": request.workspace,
        "levels": request.levels,
    }


def _request_from_plain(plain: Mapping[str, Any], read: Read) -> Request:
    def file(name: str) -> bytes:
        return read(name) if name else b""

    def image(picture: Mapping[str, Any]) -> InputImage:
        return InputImage(
            data=file(picture["data"]),
            name=picture["name"],
            weight=picture["weight"],
            mask=file(picture["mask"]),
            region=file(picture["region"]),
        )

    return Request(
        inputs=Inputs(
            contents=tuple(map(image, plain["contents"])),
            styles=tuple(map(image, plain["styles"])),
            init=image(plain["init"]) if plain["init"] else None,
            leave=file(plain["leave"]),
        ),
        config=TransferConfig.from_dict(plain["config"]),
        workspace=plain["workspace"],
        levels=tuple(Level(*level) for level in plain["levels"]),
    )


def _losses_to_plain(losses: LossRecord) -> list[Any]:
    return [
        losses.index,
        losses.lambdas,
        losses.content,
        losses.style,
        losses.total,
        dict(losses.content_layers),
        dict(losses.style_layers),
        losses.style_weights,
    ]


def _losses_from_plain(plain: Sequence[Any]) -> LossRecord:
    index, lambdas, content, style, total, content_layers, style_layers, style_weights = plain
    return LossRecord(
        index,
        tuple(lambdas),
        tuple(content),
        tuple(style),
        tuple(total),
        {layer: tuple(values) for layer, values in content_layers.items()},
        {layer: tuple(values) for layer, values in style_layers.items()},
        tuple(style_weights),
    )


def _steering_to_plain(unread: Steering | None, snapshot: Snapshot, *, begun: bool) -> Plain | None:
    """What a run has still to be told: the unread message; of one that is to begin anew, its newest λ and weights."""
    lambdas = unread.lambdas if unread else None
    weights = unread.style_weights if unread else None
    if not begun and snapshot.changes:
        lambdas = lambdas or snapshot.changes[-1][1]
    if not begun and snapshot.weight_changes:
        weights = weights or snapshot.weight_changes[-1][1]
    if lambdas is None and weights is None and not (unread and unread.more_steps):
        return None
    return {"lambdas": lambdas, "style_weights": weights, "more_steps": unread.more_steps if unread else 0}


def _steering_from_plain(plain: Mapping[str, Any]) -> Steering:
    return Steering(
        lambdas=None if plain["lambdas"] is None else tuple(plain["lambdas"]),
        style_weights=None if plain["style_weights"] is None else tuple(plain["style_weights"]),
        more_steps=plain["more_steps"],
    )


def _changes(plain: Sequence[Any]) -> tuple[tuple[int, tuple[float, ...]], ...]:
    return tuple((step, tuple(values)) for step, values in plain)
