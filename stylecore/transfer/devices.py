"""Which device computes, and what it says of itself."""

from __future__ import annotations

import gc
import platform
from typing import get_args

import torch

from stylecore.config import DeviceChoice
from stylecore.errors import SettingError, UserError
from stylecore.imaging.heap import give_back
from stylecore.language import counted


class OutOfMemory(UserError, RuntimeError):
    """The machine has too little memory for this run; the message says what to do in one sentence."""


def choose_device(choice: str = "auto") -> str:
    """The device to compute on: "cuda" or "cpu".

    Raises:
        SettingError: if CUDA is asked for and there is none.
    """
    if choice not in get_args(DeviceChoice):
        raise SettingError("device must be auto, cpu or cuda, not {choice!r}", choice=choice)
    if choice == "cuda" and not torch.cuda.is_available():
        raise SettingError("There is no CUDA device here: use --device cpu, or auto.")
    return "cuda" if choice != "cpu" and torch.cuda.is_available() else "cpu"


def is_cuda(device: str) -> bool:
    """Whether a device is a graphics card: "cuda", or "cuda:1" where there are several."""
    return device.partition(":")[0] == "cuda"


def all_devices(device: str) -> tuple[str, ...]:
    """All devices of the kind of this one that the machine has."""
    count = torch.cuda.device_count() if device == "cuda" else 1
    return tuple(f"cuda:{number}" for number in range(count)) if count > 1 else (device,)


def describe_device(device: str) -> str:
    """The name that a recipe keeps: the GPU's, or the processor's kind with the number of threads."""
    if is_cuda(device):
        return torch.cuda.get_device_name(device)
    threads = torch.get_num_threads()
    return counted(
        "cpu ({machine}, {count} thread)", "cpu ({machine}, {count} threads)", threads, machine=platform.machine()
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error is PyTorch's or Python's way to say that memory ran out."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError, OutOfMemory)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _OUT_OF_MEMORY)


# How C++ says it below PyTorch's own class: the allocator on Windows and on Linux, the C library, CUDA and cuBLAS.
_OUT_OF_MEMORY = (
    "not enough memory",
    "can't allocate memory",
    "Cannot allocate memory",
    "bad_alloc",
    "CUDA error: out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
)


def release_memory(device: str) -> None:
    """Gives back what nobody refers to any more."""
    gc.collect()
    give_back()
    if is_cuda(device):
        torch.cuda.empty_cache()
