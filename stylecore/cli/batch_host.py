"""The far side of a batch on Ray: it paints what it is sent, and sends back the bytes of the file."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import time
from collections.abc import Sequence
from typing import Any

import torch

from stylecore.cli.batch_painting import At, Outcome, failed, painted
from stylecore.cli.batch_plan import Batch
from stylecore.cli.sources import Sources
from stylecore.config import TransferConfig
from stylecore.engine.limits import free_memory
from stylecore.experiments.batch import BatchPicture
from stylecore.transfer.known_styles import KnownStyles
from stylecore.transfer.precision import Measurement, measured_for, take_measurements
from stylecore.transfer.vgg import VGG16, load_vgg16

Measured = dict[tuple[str, int], Measurement]


class BatchHost:
    """Paints for a command line in another process. `progress` is asked by another thread than all else."""

    def __init__(self, device: str, threads: int) -> None:
        """Sets this process up.

        Args:
            device: "cpu" or "cuda".
            threads: of torch; 0 leaves them as they are.
        """
        if threads:
            torch.set_num_threads(threads)
        self._device, self._known = device, KnownStyles()
        self._plan: Batch
        self._vgg: VGG16
        self._at: At | None = None
        self._notices: list[str] = []

    def do(self, method: str, arguments: Sequence[Any]) -> object:
        """Calls one of the methods below."""
        return getattr(self, f"do_{method}")(*arguments)

    def do_measure(self, config: TransferConfig) -> Measured:
        """What this machine's precisions bring, for others of its kind: their pictures shall be the same."""
        vgg = load_vgg16(config.vgg_weights, self._device)
        return measured_for(config, vgg, torch.get_num_threads())

    def do_order(self, plan: Batch, measured: Measured, sharing: int) -> None:
        """Takes the batch; this comes before the first picture.

        Args:
            plan: of the batch.
            measured: of `do_measure`, by whoever was asked.
            sharing: how many paint on this machine, among which its free memory is divided.
        """
        take_measurements(measured)
        self._plan = dataclasses.replace(plan, memory=free_memory(self._device) // sharing)
        self._vgg = load_vgg16(plan.config.vgg_weights, self._device)

    def do_paint(self, picture: BatchPicture, sources: Sources) -> tuple[Outcome, bytes, str]:
        """Paints one picture.

        Returns:
            What became of it, bytes of its file, and what was written on stderr meanwhile.
        """
        began, data = time.perf_counter(), b""
        with contextlib.redirect_stderr(io.StringIO()) as said:
            try:
                data, recipe = painted(self._plan, self._vgg, self._known, picture, sources, self._on_step)
                outcome = Outcome(recipe=recipe, seconds=time.perf_counter() - began)
            except Exception as error:
                outcome = failed(error, self._plan, self._device)
        self._at = None
        return outcome, data, said.getvalue()

    def do_progress(self) -> tuple[At | None, list[str]]:
        """How far the picture in work is, and what readers should be told that they have not been told yet."""
        notices, self._notices = self._notices, []
        return self._at, notices

    def _on_step(self, at: At, notice: str) -> None:
        self._at = at
        if notice:
            self._notices.append(notice)
