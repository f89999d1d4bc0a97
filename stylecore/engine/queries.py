"""Short queries about pictures and layers: who asked what, what is still to be worked on, what is known already."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Generator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from stylecore.config import TransferConfig
from stylecore.engine.messages import CUT_OFF, message_for
from stylecore.errors import UserError
from stylecore.transfer.vgg import VGG16

MAX_KNOWN = 48  # answers kept for all visitors together
MAX_WAITING = 4  # queries of one visitor that are worked on; older ones are cancelled

Answer = TypeVar("Answer")
AnswerOut = TypeVar("AnswerOut", covariant=True)
Work = Generator[None, None, AnswerOut]  # yields after every pass through the network


class Query(Protocol[AnswerOut]):
    """Plain, hashable data that knows how to be answered; equal queries have equal answers."""

    @property
    def config(self) -> TransferConfig:
        """The settings with which it is asked."""

    def work(self, vgg: VGG16) -> Work[AnswerOut]:
        """Answers it.

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
    """Queries of all visitors, worked on in turns, one pass at a time; the newest answers are kept.

    An answer is a `concurrent.futures.Future`: its exception is a `QueryFailed`, and it is cancelled if newer queries
    of the same visitor have taken its place.
    """

    def __init__(self, answer: Callable[[Query[Any]], Work[Any]]) -> None:
        """Starts empty.

        Args:
            answer: begins the work on a query (`Runner.answer`); called by whoever calls `advance`.
        """
        self._answer = answer
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, int], Future[Any]] = OrderedDict()
        self._waiting: deque[_Pending[Any]] = deque()

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
            mine = [pending for pending in self._waiting if pending.owner == owner]
            for pending in mine[:-MAX_WAITING]:
                self._drop(pending.future)
            while len(self._known) > MAX_KNOWN:
                _, oldest = self._known.popitem(last=False)
                self._drop(oldest)
            return future

    def waiting(self) -> bool:
        """Whether there is work."""
        return bool(self._waiting)

    def advance(self) -> None:
        """Does one pass of work on the query whose turn it is."""
        with self._lock:
            if not self._waiting:
                return
            pending = self._waiting.popleft()
        try:
            if pending.work is None:
                pending.work = self._answer(pending.query)
            next(pending.work)
        except StopIteration as end:
            answer = end.value
            _end(pending.future, lambda future: future.set_result(answer))
        except Exception as error:
            failure = QueryFailed(message_for(error))
            _end(pending.future, lambda future: future.set_exception(failure))
        except BaseException:  # the worker is being killed; nobody shall wait for it
            _end(pending.future, lambda future: future.set_exception(QueryFailed(CUT_OFF)))
            raise
        else:
            with self._lock:
                if not pending.future.cancelled():
                    self._waiting.append(pending)

    def _drop(self, future: Future[Any]) -> None:
        future.cancel()
        self._waiting = deque(pending for pending in self._waiting if pending.future is not future)


def _is_over(future: Future[Any]) -> bool:
    """Whether a query has been cancelled or has failed, so that it should be asked anew."""
    return future.cancelled() or (future.done() and future.exception() is not None)


def _end(future: Future[Any], settle: Callable[[Future[Any]], None]) -> None:
    """Settles an answer that nobody has cancelled meanwhile."""
    if future.set_running_or_notify_cancel():
        settle(future)
