"""What becomes of the jobs of a store when a server starts: results come back, and runs go on where they can."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from stylecore.artifacts.recipe import current_versions, sha256
from stylecore.engine.jobs import Job
from stylecore.engine.messages import OTHER_VERSION, SERVER_RETURNS, TOO_FAR
from stylecore.engine.registry import id_number
from stylecore.engine.store.job_keeper import KIND
from stylecore.engine.store.job_records import job_from_plain
from stylecore.engine.store.store import Store

MOST_REPEATED = 900.0  # seconds of computing that a run may repeat to go on

_log = logging.getLogger(__name__)


class FileReader:
    """Reads the files of records, each once for each visitor, and samples not at all: there is one object of each."""

    def __init__(self, store: Store, public: Iterable[bytes], held: Iterable[Job] = ()) -> None:
        """Reads nothing yet.

        Args:
            store: that has the files.
            public: the files that are nobody's own.
            held: jobs whose files are in memory already.
        """
        self._store = store
        self._public = {sha256(data): data for data in public}
        self._read = {(job.owner, sha256(data)): data for job in held for data in job.request.inputs.files()}

    def read(self, owner: str, file: str) -> bytes:
        """The bytes of a file.

        Raises:
            LookupError: if it is not there, or no longer what it was.
        """
        if file in self._public:
            return self._public[file]
        if (owner, file) not in self._read:
            data = self._store.read(file)
            if data is None:
                raise LookupError(f"no file {file[:8]}")
            self._read[owner, file] = data
        return self._read[owner, file]


def recover_jobs(store: Store, files: FileReader) -> list[Job]:
    """The jobs of a store, oldest first; those that were at work wait, if they can go on.

    A record that this version can't read stays in the store, and is told of in the log.
    """
    jobs = []
    for record in store.records(KIND):
        owner = record.owner
        try:
            job = job_from_plain(record.body, record.name, owner, partial(files.read, owner))
        except (LookupError, ValueError, TypeError) as error:
            _log.error("a result in the store can't be read by this version: %s", type(error).__name__)
            continue
        jobs.append(_awakened(job, record.body))
    return sorted(jobs, key=lambda job: id_number(job.id))


def _awakened(job: Job, plain: Mapping[str, Any]) -> Job:
    """A job as it is after the start: one that was at work, or was stopped by the server's end, goes on if it can."""
    snapshot = job.snapshot
    if snapshot.status == "stopped" and snapshot.notices[-1:] == (SERVER_RETURNS,) and not snapshot.at_end:
        snapshot = dataclasses.replace(snapshot, status="queued", notices=snapshot.notices[:-1])
    elif job.ended:
        return job
    problem = ""
    if snapshot.loss_history and plain["versions"] != current_versions():
        problem = OTHER_VERSION
    elif snapshot.loss_history and snapshot.seconds > MOST_REPEATED:
        problem = TOO_FAR
    if problem:
        job.steering = None
        job.snapshot = dataclasses.replace(snapshot, status="stopped", notices=(*snapshot.notices, problem))
    elif snapshot.status == "paused":
        job.snapshot = dataclasses.replace(snapshot, resumable=True)
    else:
        job.snapshot = dataclasses.replace(snapshot, status="queued")
    return job
