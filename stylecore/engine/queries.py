"""Questions on their way: who asked what, what is still to be worked on, what is known already."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from stylecore.config import VggWeights
from stylecore.engine.feature_views import Query
from stylecore.transfer.vgg import VGG16

KEPT = 48  # answers of all visitors together
WAITING = 4  # questions of one visitor that are worked on; older ones are given up

Answer = TypeVar("Answer")


@dataclass(eq=False, slots=True)
class PendingQuery(Generic[Answer]):
    """One query on its way.

    Attributes:
        owner: who asked.
        query: what was asked, with its pictures; None once that is over, so that they are not kept.
        status: where it is; "dropped" if newer questions of the same owner took its place.
        answer: once it is answered.
        error: one sentence on why it can't be; else empty.
        done: set when nothing more will happen to it.
        work: the computation, once begun.
    """

    owner: str
    query: Query[Answer] | None
    status: Literal["waiting", "answered", "failed", "dropped"] = "waiting"
    answer: Answer | None = None
    error: str = ""
    done: threading.Event = field(default_factory=threading.Event)
    work: Generator[None, None, Answer] | None = None


class QueryQueue:
    """Questions of all visitors, worked on in turns, one pass at a time; the newest answers are kept."""

    def __init__(self, load: Callable[[VggWeights], VGG16], explain: Callable[[Exception], str]) -> None:
        """Starts empty.

        Args:
            load: gives VGG16 with the named weights; called by whoever calls `advance`.
            explain: an error as one sentence for the visitor.
        """
        self._load, self._explain = load, explain
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, int], PendingQuery[Any]] = OrderedDict()
        self._waiting: deque[PendingQuery[Any]] = deque()

    def ask(self, owner: str, query: Query[Answer]) -> PendingQuery[Answer]:
        """The pending into a query: a new one, or the one of before if it was asked already and has not failed."""
        name = (owner, hash((type(query), query)))  # 64 bits, and a digest of the files is among them
        with self._lock:
            known = self._known.get(name)
            if known is not None and known.status in ("waiting", "answered"):
                self._known.move_to_end(name)
                return known
            pending = PendingQuery(owner, query)
            self._known[name] = pending
            self._waiting.append(pending)
            mine = [other for other in self._waiting if other.owner == owner]
            for old in mine[:-WAITING]:
                self._waiting.remove(old)
                self._end(old, "dropped")
            while len(self._known) > KEPT:
                _, oldest = self._known.popitem(last=False)
                if oldest in self._waiting:
                    self._waiting.remove(oldest)
                    self._end(oldest, "dropped")
            return pending

    def waiting(self) -> bool:
        """Whether there is work."""
        return bool(self._waiting)

    def advance(self) -> None:
        """Does one pass of work on the query whose turn it is; errors become sentences."""
        with self._lock:
            if not self._waiting:
                return
            pending = self._waiting.popleft()
        try:
            if pending.work is None:
                assert pending.query is not None  # it has not ended
                pending.work = pending.query.work(self._load(pending.query.config.vgg_weights))
            next(pending.work)
        except StopIteration as end:
            pending.answer = end.value
            self._end(pending, "answered")
        except Exception as error:
            pending.error = self._explain(error)
            self._end(pending, "failed")
        except BaseException:  # the worker is being killed; nobody shall wait for it
            pending.error = "The look was cut off: try again."
            self._end(pending, "failed")
            raise
        else:
            with self._lock:
                if pending.status == "waiting":
                    self._waiting.append(pending)

    @staticmethod
    def _end(pending: PendingQuery[Any], status: Literal["answered", "failed", "dropped"]) -> None:
        pending.status, pending.work, pending.query = status, None, None
        pending.done.set()
