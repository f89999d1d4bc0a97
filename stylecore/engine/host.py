"""The far side of a remote runner: a `ThreadRunner` that is asked in plain values, and answers in plain values."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from stylecore.config import Postprocess
from stylecore.engine.plain import (
    Plain,
    measurements_from_plain,
    measurements_to_plain,
    sentence_to_plain,
    steering_from_plain,
    task_from_plain,
    update_to_plain,
)
from stylecore.engine.thread_runner import ThreadRunner
from stylecore.errors import UserError
from stylecore.imaging.heap import share_arenas
from stylecore.imaging.tensors import to_image
from stylecore.transfer.devices import is_out_of_memory
from stylecore.transfer.precision import measurements, take_measurements
from stylecore.transfer.vgg import load_vgg16


class Host:
    """Computes for a server in another process. `step` is called by one thread, all else by another meanwhile."""

    def __init__(self, device: str, threads: int, refresh: float) -> None:
        """Sets this process up.

        Args:
            device: "cpu", or "cuda" with a number.
            threads: of torch; 0 leaves them as they are.
            refresh: seconds of computing between two previews of a run.
        """
        if threads:
            torch.set_num_threads(threads)
        share_arenas()
        self._runner = ThreadRunner(device, load_vgg16, refresh)

    def do(self, method: str, arguments: Sequence[Any]) -> Plain:
        """Calls one of the methods below. Returns {"answer": …}, or {"error": …} with what went wrong."""
        try:
            return {"answer": getattr(self, f"do_{method}")(*arguments)}
        except Exception as error:
            return {"error": _error_to_plain(error)}

    def do_begin(self, run: str, task: Plain, measured: Sequence[Any]) -> None:
        """See `Runner.begin`; runs compute in the precision that has been measured before, if it has."""
        take_measurements(measurements_from_plain(measured))
        self._runner.begin(run, task_from_plain(task))

    def do_step(self, run: str, steering: Plain | None, is_frame: bool) -> Plain:
        """See `Runner.step`.

        For the case that this host dies, previews bring the exact picture, and the first step brings what was measured.
        """
        update = self._runner.step(run, steering_from_plain(steering), is_frame=is_frame)
        return {
            "update": update_to_plain(update),
            "exact": self._exact(run) if update.previews else None,
            "measured": measurements_to_plain(measurements()) if update.losses.index == 0 else None,
        }

    def do_pictures(self, run: str, index: int, changes: Any, weight_changes: Any) -> Plain:  # noqa: ANN401  # lists
        """See `Runner.pictures`."""
        pictures = self._runner.pictures(run, index, changes, weight_changes)
        return {"results": list(pictures.results), "previews": list(pictures.previews)}

    def do_deep_picture(self, run: str, index: int, changes: Any, weight_changes: Any, postprocess: Plain) -> bytes:  # noqa: ANN401
        """See `Runner.deep_picture`."""
        return self._runner.deep_picture(run, index, changes, weight_changes, Postprocess(**postprocess))

    def do_split(self, run: str, parts: Sequence[Any]) -> None:
        """See `Runner.split`."""
        self._runner.split(run, [(name, task_from_plain(task), slice(*places)) for name, task, places in parts])

    def do_release(self, run: str) -> None:
        """See `Runner.release`."""
        self._runner.release(run)

    def do_trim(self) -> None:
        """See `Runner.trim`."""
        self._runner.trim()

    def _exact(self, run: str) -> Plain | None:
        step = self._runner.newest(run)
        if step is None:
            return None
        levels = np.stack([np.asarray(to_image(image)) for image in step.images])  # (K, H, W, 3)
        return {"shape": list(levels.shape), "levels": levels.tobytes(), "precision": step.precision}


def _error_to_plain(error: Exception) -> Plain:
    sentence = sentence_to_plain(error.sentence) if isinstance(error, UserError) else ""
    return {
        "sentence": sentence,
        "short": is_out_of_memory(error),
        "missing": isinstance(error, LookupError),
        "traceback": "" if sentence else "".join(traceback.format_exception(error)),
    }
