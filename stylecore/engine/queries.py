"""Short queries about pictures and layers: who asked what, what is still to be worked on, what is known already."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Generator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from stylecore.config import TransferConfig
from stylecore.engine.messages import CUT_OFF, message_for
from stylecore.engine.view_pictures import ViewPictures
from stylecore.errors import UserError
from stylecore.transfer.vgg import VGG16

MAX_KNOWN = 48  # answers kept for all visitors together
MAX_WAITING = 4  # queries of one visitor that wait
MAX_WAITING_IN_ALL = 32  # queries of all visitors

Answer = TypeVar("Answer")
AnswerOut = TypeVar("AnswerOut", covariant=True)
Work = Generator[None, None, AnswerOut]  # yields after every pass through the network


class Query(Protocol[AnswerOut]):
    """Plain, hashable data that knows how to be answered; equal queries have equal answers."""

    @property
    def config(self) -> TransferConfig:
        """The settings with which it is asked."""

    def work(self, vgg: VGG16, pictures: ViewPictures) -> Work[AnswerOut]:
        """Answers it.

        Args:
            vgg: the network.
            pictures: decodes what it looks at.

        Raises:
            ImageError: if a picture can't be used.
        """


class QueryFailed(UserError, RuntimeError):
    """A query could not be answered; the message says why in one sentence."""


@dataclass(eq=False, slots=True)
class _Pending(Generic[Answer]):
    """A query that is not answered yet."""

    owner: str
    query: Query[Answer]
    future: Future[Answer]
    work: Work[Answer] | None = None


class QueryQueue:
    """Queries of all visitors: one is in work at a time, and the newest answers are kept.

    An answer is a `concurrent.futures.Future`: its exception is a `QueryFailed`, and it is cancelled if its visitor or
    all together ask too much.
    """

    def __init__(self, answer: Callable[[Query[Any]], Work[Any]]) -> None:
        """Starts empty.

        Args:
            answer: begins the work on a query (`Runner.answer`); called by whoever calls `advance`.
        """
        self._answer = answer
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, int], Future[Any]] = OrderedDict()
        self._waiting: list[_Pending[Any]] = []
        self._in_work: _Pending[Any] | None = None

    def ask(self, owner: str, query: Query[Answer]) -> Future[Answer]:
        """The answer to come: a new one, or the one of before if the same was asked already and has not failed."""
        name = (owner, hash((type(query), query)))  # 64 bits of which a digest of the files is part
        with self._lock:
            known = self._known.get(name)
            if known is not None and not _is_over(known):
                self._known.move_to_end(name)
                return known
            future: Future[Answer] = Future()
            self._known[name] = future
            self._waiting.append(_Pending(owner, query, future))
            self._drop_surplus(owner)
            for old in [old for old, known in self._known.items() if known.done()][
                : max(0, len(self._known) - MAX_KNOWN)
            ]:
                del self._known[old]
            return future

    def forget(self, owner: str) -> None:
        """Drops all answers of a visitor, and what is to be answered."""
        with self._lock:
            for pending in [pending for pending in self._all() if pending.owner == owner]:
                self._drop(pending)
            for name in [name for name in self._known if name[0] == owner]:
                del self._known[name]

    def waiting(self) -> bool:
        """Whether there is work."""
        return bool(self._in_work or self._waiting)

    def next_asker(self, place: Callable[[str], Any]) -> str | None:
        """Whose turn it is among those with a query; None if there are none.

        Args:
            place: what visitors are sorted by; the least is next.
        """
        with self._lock:
            return min({pending.owner for pending in self._all()}, key=place, default=None)

    def advance(self, asker: str) -> str:
        """Does one pass of work on the query in work; if there is none, on the oldest of the visitor whose turn it is.

        A query in work is finished before another begins: what a pass leaves for the next one takes memory.

        Returns:
            For whom it has worked: who asked.
        """
        with self._lock:
            if self._in_work is None:
                pending = next((pending for pending in self._waiting if pending.owner == asker), None)
                if pending is None:
                    return asker
                self._waiting.remove(pending)
                self._in_work = pending
            pending = self._in_work
        try:
            if pending.work is None:
                pending.work = self._answer(pending.query)
            next(pending.work)
        except StopIteration as end:
            answer = end.value
            self._end(pending, lambda future: future.set_result(answer))
        except Exception as error:
            failure = QueryFailed(message_for(error))
            self._end(pending, lambda future: future.set_exception(failure))
        except BaseException:  # the worker is being killed; nobody shall wait for it
            self._end(pending, lambda future: future.set_exception(QueryFailed(CUT_OFF)))
            raise
        return pending.owner

    def _all(self) -> list[_Pending[Any]]:
        return [*([self._in_work] if self._in_work else []), *self._waiting]

    def _drop_surplus(self, owner: str) -> None:
        """Drops queries that are too many, but never the next one of anybody.

        Of one visitor the older ones go, since the newest is what the page shows. Of all together the newest one goes
        of whoever has most.
        """
        mine = [pending for pending in self._all() if pending.owner == owner]
        for pending in mine[1 : 1 - MAX_WAITING]:
            self._drop(pending)
        while len(self._waiting) > MAX_WAITING_IN_ALL:
            counts = Counter(pending.owner for pending in self._waiting)
            most, _ = max(reversed(counts.items()), key=lambda item: item[1])
            self._drop(next(pending for pending in reversed(self._waiting) if pending.owner == most))

    def _drop(self, pending: _Pending[Any]) -> None:
        pending.future.cancel()
        if pending is self._in_work:
            self._in_work = None
        else:
            self._waiting.remove(pending)

    def _end(self, pending: _Pending[Any], settle: Callable[[Future[Any]], None]) -> None:
        """Settles an answer that nobody has cancelled meanwhile."""
        with self._lock:
            if self._in_work is pending:
                self._in_work = None
        if pending.future.set_running_or_notify_cancel():
            settle(pending.future)


def _is_over(future: Future[Any]) -> bool:
    """Whether a query has been cancelled or has failed, so that it should be asked anew."""
    return future.cancelled() or (future.done() and future.exception() is not None)
