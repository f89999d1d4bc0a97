"""Checkpoints: what a run has reached, in a file beside its output, so that a process that is killed costs minutes."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stylecore.artifacts.recipe import describe_inputs
from stylecore.config import TransferConfig
from stylecore.errors import UserError
from stylecore.imaging.files import write_whole
from stylecore.imaging.inputs import Inputs
from stylecore.version import __version__

WHITE = 65535  # the level of 16 bits that stands for 1


class CheckpointError(UserError, ValueError):
    """A file is no usable checkpoint; the message says so in one sentence."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Checkpoint:
    """The state of a run between two steps; what its optimizer has learnt is not in it.

    Attributes:
        key: of the run, see `run_key`.
        images: (K, 3, h, w), in [0, 1], to 16 bits; smaller than the result while the work is done at a smaller size.
        step: updates that were made to them.
        seconds: that those took.
        log: the lines of losses so far.
        resumed_at: the steps at which the run was resumed before.
    """

    key: str
    images: Tensor
    step: int
    seconds: float
    log: tuple[str, ...] = ()
    resumed_at: tuple[int, ...] = ()

    def write(self, path: Path) -> None:
        """Writes the file whole, or not at all.

        Raises:
            OSError: with one sentence for a message, if it can't be written.
        """
        facts = {
            "key": self.key,
            "step": self.step,
            "seconds": self.seconds,
            "log": self.log,
            "resumed_at": self.resumed_at,
        }
        levels = (self.images.detach().cpu() * WHITE).round().to(torch.int32).numpy().astype(np.uint16)
        buffer = io.BytesIO()
        np.savez(buffer, facts=np.frombuffer(json.dumps(facts).encode(), np.uint8), levels=levels)
        write_whole(path, buffer.getvalue())

    @classmethod
    def read(cls, path: Path, key: str) -> Checkpoint:
        """Reads the checkpoint of a run.

        Raises:
            FileNotFoundError: if there is none.
            CheckpointError: if it is damaged, or that of another run.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
                facts: dict[str, Any] = json.loads(found["facts"].tobytes())
                if facts["key"] != key:
                    raise CheckpointError("{path} belongs to a run with other pictures or settings.", path=path)
                levels = found["levels"]
            images = torch.from_numpy(levels.astype(np.float32)) / WHITE
            if levels.dtype != np.uint16 or images.ndim != 4:
                raise ValueError("not pictures")
            return cls(
                key=key,
                images=images,
                step=int(facts["step"]),
                seconds=float(facts["seconds"]),
                log=tuple(map(str, facts["log"])),
                resumed_at=tuple(map(int, facts["resumed_at"])),
            )
        except (CheckpointError, FileNotFoundError):
            raise
        except Exception as error:  # whatever a file that is no checkpoint makes of zip and NumPy
            raise CheckpointError("{path} is damaged, or no checkpoint.", path=path) from error


def run_key(
    config: TransferConfig,
    inputs: Inputs,
    steps: int,
    changes: Sequence[tuple[int, float]] = (),
    levels: Sequence[tuple[int, int]] = (),
    weight_changes: Sequence[tuple[int, tuple[float, ...]]] = (),
) -> str:
    """Equal for runs that make the same picture, and for no others.

    Args:
        config: the settings.
        inputs: the files.
        steps: updates of the whole run.
        changes: of λ during the run: (step, λ from then on).
        levels: (longer side, updates) of each size, if they do not follow from the settings.
        weight_changes: of the mix of styles during the run: (step, weights from then on).
    """
    digests = {name: _plain(value) for name, value in describe_inputs(inputs).items()}
    run = [__version__, config.to_dict(), digests, steps, list(changes), list(levels), list(weight_changes)]
    return hashlib.sha256(json.dumps(run).encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return sorted(value)  # the checksums say it all
    return [asdict(digest) for digest in value] if isinstance(value, tuple) else value
