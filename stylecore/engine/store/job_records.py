"""A job as plain values and files, and back: all of it that a later server can use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from stylecore.artifacts.recipe import current_versions, sha256
from stylecore.engine.jobs import ENDED, Frame, Job, Snapshot
from stylecore.engine.plain import (
    Plain,
    changes_from_plain,
    losses_from_plain,
    losses_to_plain,
    request_from_plain,
    request_to_plain,
    sentence_from_plain,
    sentence_to_plain,
    steering_from_plain,
    steering_to_plain,
)
from stylecore.engine.runner import Pictures
from stylecore.transfer.records import Steering

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
        "request": request_to_plain(job.request, kept.name),
        "status": snapshot.status,
        "steps": snapshot.steps,
        "seconds": snapshot.seconds,
        "losses": list(map(losses_to_plain, history)),
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
    snapshot = Snapshot(
        status=plain["status"],
        steps=plain["steps"],
        seconds=plain["seconds"],
        loss_history=tuple(map(losses_from_plain, plain["losses"])),
        previews=tuple(map(read, plain["previews"])),
        frames=tuple(Frame(index, tuple(map(read, pictures))) for index, pictures in plain["frames"]),
        results=tuple(map(read, plain["results"])),
        pictured=plain["pictured"],
        changes=changes_from_plain(plain["changes"]),
        weight_changes=changes_from_plain(plain["weight_changes"]),
        sizes=tuple((step, (width, height)) for step, (width, height) in plain["sizes"]),
        notices=tuple(map(sentence_from_plain, plain["notices"])),
        error=sentence_from_plain(plain["error"]),
        too_large=plain["too_large"],
    )
    return Job(
        id=name,
        owner=owner,
        number=plain["number"],
        request=request_from_plain(plain["request"], partial(_file, read)),
        cost=None,
        snapshot=snapshot,
        seen=float("-inf"),
        steering=steering_from_plain(plain["steering"]),
        size=tuple(plain["size"]) if plain["size"] else None,
        frame_every=plain["frame_every"],
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
    more = unread.more_steps if unread else 0
    return steering_to_plain(Steering(lambdas=lambdas, style_weights=weights, more_steps=more))


def _file(read: Read, name: str) -> bytes:
    """A file that a record names; nothing where it names nothing."""
    return read(name) if name else b""
