"""The thread that answers queries where the runs are computed elsewhere, so that they need not wait for each other."""

from __future__ import annotations

import logging
import threading

from stylecore.engine.queries import QueryQueue
from stylecore.engine.scheduler import Scheduler

_log = logging.getLogger(__name__)


class AnsweringThread:
    """Works on queries, pass by pass; whoever has had the least of the computing is first."""

    def __init__(self, scheduler: Scheduler, queries: QueryQueue) -> None:
        """Starts the thread."""
        self._scheduler, self._queries = scheduler, queries
        self._closing = threading.Event()
        threading.Thread(target=self._work, name="stylecore-answers", daemon=True).start()

    def close(self) -> None:
        """Lets the thread end after the pass that is being computed."""
        self._closing.set()
        with self._scheduler.changed:
            self._scheduler.changed.notify_all()

    def _work(self) -> None:
        changed, clock = self._scheduler.changed, self._scheduler.registry.clock
        while not self._closing.is_set():
            with changed:
                changed.wait_for(lambda: self._queries.waiting() or self._closing.is_set())
            asker = self._queries.next_asker(self._scheduler.turns.place)
            if asker is None:
                continue
            began = clock()
            try:
                paid_by = self._queries.advance(asker)
            except BaseException:  # whoever asked has been told; the next one is to be answered
                _log.exception("a query was cut off")
                continue
            self._scheduler.charge(paid_by, clock() - began)
