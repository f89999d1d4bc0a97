"""The thread that keeps the store as the server's memory is, off the way of pages and runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from stylecore.engine.logs import log_event
from stylecore.engine.store.database import StoreError
from stylecore.engine.store.store import Store
from stylecore.language import Sentence

LOOK_SECONDS = 0.25  # between two looks at what is new
FIRST_SECONDS = 2.0  # for which somebody waits for what is to be on disk before it is shown
RETRY_SECONDS = 5.0  # after the disk has refused something
MOVED = "What was kept in {folder} could not be read: it was moved to {aside}, and a new store was begun."
FAULT = "Something went wrong while results were written to disk; it has been logged, and is tried again."
NOT_OPENED = (
    "What is in {folder} can't be used, so results are kept in memory only: set STYLECORE_STORE to another folder."
)

_log = logging.getLogger(__name__)


class Keeper(Protocol):
    """Knows what of a part of the server's memory is not yet in the store."""

    def keep(self, store: Store) -> None:
        """Writes what is new, and removes what is gone.

        Raises:
            StoreError: if something can't be written; the next call tries again.
        """


class Writer:
    """Lets its keepers look a few times a second, from a thread of its own. Without a store it does nothing.

    Attributes:
        store: that is kept; None if nothing is kept on disk.
        told: why something, or nothing, is kept at the moment, in one sentence; empty if all is well.
    """

    def __init__(self, store: Store | None, told: str = "") -> None:
        """Begins to look, if there is a store.

        Args:
            store: that is kept; None if nothing is kept on disk.
            told: why there is none, if it was asked for.
        """
        self.store, self.told = store, told
        self._keepers: list[Keeper] = []
        self._lock = threading.Lock()  # one look at a time
        self._wake, self._closing = threading.Event(), threading.Event()
        self._first = ThreadPoolExecutor(1, thread_name_prefix="stylecore-store-first")
        for sentence in filter(None, (told, self.moved)):
            _log.error("%s", sentence)
        if store is not None:
            self._thread = threading.Thread(target=self._work, name="stylecore-store", daemon=True)
            self._thread.start()

    @property
    def keeps(self) -> bool:
        """Whether what is so now is kept on disk, as far as is known."""
        return self.store is not None and not self.told

    @property
    def moved(self) -> str:
        """Where a broken store was put when this one was begun, in one sentence; empty if there was none."""
        aside = None if self.store is None else self.store.moved
        if self.store is None or aside is None:
            return ""
        return Sentence(MOVED, folder=str(self.store.folder), aside=str(aside))

    def add(self, keeper: Keeper) -> None:
        """Keeps another part of the server's memory."""
        with self._lock:
            self._keepers.append(keeper)

    def first(self, act: Callable[[Store], None]) -> None:
        """Does something with the store at once, whatever the keepers wait for meanwhile.

        Returns when it is done or refused; where the disk takes longer than `FIRST_SECONDS`, it is done after that.
        """
        with suppress(RuntimeError, TimeoutError):  # RuntimeError: this has just been closed
            self._first.submit(self._act_first, act).result(FIRST_SECONDS)

    def flush(self) -> None:
        """Returns when all that is so now is so on disk, or has been refused by it."""
        if self.store is not None:
            self._look()

    def visited(self, owner: str) -> None:
        """Notes that a visitor is here."""
        self._guarded(lambda store: store.visited(owner))

    def forget(self, owner: str) -> None:
        """Removes whatever is still kept of a visitor."""
        self._guarded(lambda store: store.forget(owner))

    def close(self) -> None:
        """Writes what is new for the last time, and gives the folder free."""
        if self.store is not None:
            self._closing.set()
            self._wake.set()
            self._thread.join()
            self._first.shutdown()
            self._look()
            with self._lock:
                self.store.close()
                self.store = None

    def _act_first(self, act: Callable[[Store], None]) -> None:
        if (store := self.store) is not None:
            try:
                act(store)
            except StoreError:
                pass  # the next look meets it as well, and tells
            except Exception:
                _log.exception("the store could not be written at once")

    def _work(self) -> None:
        pause = LOOK_SECONDS
        while not self._closing.is_set():
            self._wake.wait(pause)
            if self._closing.is_set():
                return
            pause = LOOK_SECONDS if self._look() else RETRY_SECONDS

    def _look(self) -> bool:
        """Lets every keeper keep. Returns whether the disk took everything."""
        return self._guarded(*(keeper.keep for keeper in list(self._keepers)))

    def _guarded(self, *acts: Callable[[Store], None]) -> bool:
        """Does something with the store; whatever goes wrong is told, and the server goes on."""
        told = ""
        with self._lock:
            if self.store is None:
                return False
            for act in acts:
                try:
                    act(self.store)
                except StoreError as error:
                    told = error.sentence
                except Exception:
                    _log.exception("the store could not be written")
                    told = Sentence(FAULT)
            self._tell(told)
        return not told

    def _tell(self, sentence: str) -> None:
        if sentence and sentence != self.told:
            _log.error("%s", sentence)
        elif self.told and not sentence:
            log_event("store_resumed")
        self.told = sentence


def open_writer(folder: Path | None, budget: int) -> Writer:
    """The writer of the store in a folder; where that can't be used, one that keeps nothing and says why.

    Args:
        folder: None keeps nothing.
        budget: bytes of all files together.
    """
    if folder is None:
        return Writer(None)
    try:
        return Writer(Store(folder, budget))
    except StoreError as error:
        return Writer(None, error.sentence)
    except Exception:  # a database of that name that is none of ours, say
        _log.exception("the store in %s could not be opened", folder)
        return Writer(None, Sentence(NOT_OPENED, folder=str(folder)))
