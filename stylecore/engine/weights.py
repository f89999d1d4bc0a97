"""Weights of VGG16 that are not in this package: fetched by a thread of their own, if the operator allows it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from stylecore.config import VggWeights
from stylecore.engine.messages import message_for
from stylecore.engine.quotas import RequestRefused
from stylecore.language import Sentence

SECONDS = 600.0  # after which a download counts as failed; its thread can't be interrupted
NOT_ALLOWED = Sentence(
    "This server downloads no weights: choose the bundled ones, which are those of Gatys et al., or ask its operator "
    "to set STYLECORE_DOWNLOADS=1."
)


class OtherWeights:
    """Which weights can be used now. All methods return at once, and may be called from any thread."""

    def __init__(self, load: Callable[[VggWeights], object], *, allowed: bool) -> None:
        """Fetches nothing yet.

        Args:
            load: fetches and keeps them; takes its time.
            allowed: whether anything may be fetched.
        """
        self._load, self._allowed = load, allowed
        self._there: set[VggWeights] = {"bundled"}
        self._failed: dict[VggWeights, Sentence] = {}
        self._began: dict[VggWeights, float] = {}
        self._lock = threading.Lock()

    def check(self, name: VggWeights) -> None:
        """Sees to it that weights are there.

        Raises:
            RequestRefused: if they are not there yet or can't be had, in one sentence. After a failure the next call
                tries again.
        """
        with self._lock:
            if name in self._there:
                return
            if not self._allowed:
                raise RequestRefused(NOT_ALLOWED)
            if failure := self._failed.pop(name, None):
                raise RequestRefused(failure)
            began = self._began.get(name)
            if began is None:
                self._began[name] = time.monotonic()
                threading.Thread(target=self._fetch, args=(name,), name="stylecore-weights", daemon=True).start()
            elif time.monotonic() - began > SECONDS:
                del self._began[name]
                raise RequestRefused(
                    "The weights {name} did not arrive within ten minutes: choose the bundled ones.", name=name
                )
        raise RequestRefused(
            "The weights {name} are being downloaded for the first time, which takes a minute or two: try again then.",
            name=name,
        )

    def _fetch(self, name: VggWeights) -> None:
        failure: Sentence | None = None
        try:
            self._load(name)
        except Exception as error:
            failure = message_for(error)
        with self._lock:
            self._began.pop(name, None)
            if failure:
                self._failed[name] = failure
            else:
                self._there.add(name)
