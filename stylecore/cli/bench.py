"""Speed, memory and convergence on this machine, as ratios within one run where that is possible."""

from __future__ import annotations

import copy
import dataclasses
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor, nn
from torchvision.models import vgg16

from stylecore.config import Statistic, TransferConfig
from stylecore.engine.cost import cost_of
from stylecore.imaging.files import read
from stylecore.imaging.images import decode
from stylecore.imaging.tensors import to_image, to_tensor
from stylecore.layers import LAYERS
from stylecore.samples import sample_contents, sample_styles
from stylecore.transfer.devices import describe_device
from stylecore.transfer.objective import Objective
from stylecore.transfer.precision import choose_precision
from stylecore.transfer.preparation import prepare
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import VGG16, exact_convolutions, load_vgg16

ROUNDS = 15  # timed passes of each kind
BATCH = (0.05, 0.2, 0.4, 0.6, 0.8)  # λ
LEVELS = (0.2, 0.15, 0.12, 0.1, 0.09)  # of L at λ = 0.2, which is 0.8 at the content picture

# Run in processes of their own, that print the most memory they ever held, in KiB (getrusage would count the parent's).
_BARE = "import torch; print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
_TRANSFER = """
import sys
from stylecore.cli.parser import main
code = main(sys.argv[1:])
print(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
sys.exit(code)
"""


def measure(size: int, device: str) -> dict[str, Any]:
    """All figures, as plain values.

    Args:
        size: longer side, in pixels.
        device: "cpu" or "cuda".
    """
    vgg = load_vgg16("bundled", device)
    config = TransferConfig(size=size)
    content, style = (tensor.to(device) for tensor in prepare(*pair(), config))
    return {
        "device": describe_device(device),
        "torch": torch.__version__,
        "size": [content.shape[3], content.shape[2]],
        "precision": choose_precision(config.precision, vgg, content.shape[3], content.shape[2]),
        **_step_times(vgg, content, style, config),
        "batch": _batch(vgg, content, style, config),
        "descriptions": _descriptions(vgg, content, style, config),
        **_memory_and_start(config, device),
        "weights_mb": sum(weight.nbytes for weight in vgg.state_dict().values()) / 1e6,
        "convergence": _convergence(vgg, content, style, config),
    }


def report(figures: dict[str, Any]) -> str:
    """The figures as lines to read."""
    lines = [
        f"{figures['device']}, torch {figures['torch']}, {figures['size'][0]} × {figures['size'][1]} pixels, "
        f"convolutions in {figures['precision']}",
        f"floor: bare forward and backward pass of torchvision's network, in float32  {figures['floor_seconds']:.3f} s",
        f"the same in the memory layout used here  {figures['own_floor_seconds']:.3f} s",
    ]
    for name, step in figures["step"].items():
        lines.append(
            f"a step of {name:6}  {step['seconds']:.3f} s = {step['times_floor']:.3f} × the floor "
            f"({step['times_own_floor']:.3f} × the bare pass in our layout)"
        )
    lines += [
        f"a step of {len(BATCH)} λ at once: {figures['batch']:.3f} × as many steps of one",
        *(f"a step with {name:12}  {ratio:.3f} × that with gram" for name, ratio in figures["descriptions"].items()),
        f"peak memory of transfer: {figures['peak_mb']:.0f} MB, "
        f"{figures['peak_above_imports_mb']:.0f} MB above importing torch",
        f"the estimate of it: {figures['estimated_mb']:.0f} MB, without our own imports, the network's "
        f"{figures['weights_mb']:.0f} MB of float32, and what reading those takes for a moment",
        f"from the command to a picture without a step: {figures['start_seconds']:.1f} s, "
        f"{figures['import_seconds']:.1f} s of it importing torch",
    ]
    for name, run in figures["convergence"].items():
        reached = ", ".join(f"{level} after {step}" for level, step in run["steps_to_reach"].items())
        lines.append(f"{name}: L = {run['final']:.4f} after {run['steps']} steps (saved {run['saved']:.4f}); {reached}")
    return "\n".join(lines)


def pair() -> tuple[Image.Image, Image.Image]:
    """The content and the style picture that everything is measured with."""
    content, style = sample_contents()["Chelsea"], sample_styles()["Swirling night"]
    return decode(read(content)), decode(read(style))


def _step_times(vgg: VGG16, content: Tensor, style: Tensor, config: TransferConfig) -> dict[str, Any]:
    """Medians of floor and steps, taken in turns so that a busy machine slows all of them alike."""
    steps: dict[str, Callable[[], object]] = {}
    for optimizer in ("lbfgs", "adam"):
        steps[optimizer] = _running(vgg, content, style, dataclasses.replace(config, optimizer=optimizer))
    image = content.clone().requires_grad_()
    plain_image = ((content - vgg.mean) / vgg.deviation).contiguous().requires_grad_()
    plain = _plain_network(vgg, config.layers[-1])
    deepest = config.layers[-1:]
    floors: dict[str, Callable[[], object]] = {
        "floor": lambda: _bare_pass(lambda: plain(plain_image), plain_image),
        "own_floor": lambda: _bare_pass(lambda: vgg.forward(image, deepest)[deepest[0]], image),
    }
    works = {**floors, **steps}
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(ROUNDS + 2):
        for name, work in works.items():
            seconds = _timed(work, content.device.type)
            if turn >= 2:  # the first ones warm up
                times[name].append(seconds)

    def ratio(name: str, floor: str) -> float:
        return statistics.median(step / bare for step, bare in zip(times[name], times[floor], strict=True))

    return {
        "floor_seconds": statistics.median(times["floor"]),
        "own_floor_seconds": statistics.median(times["own_floor"]),
        "step": {
            name: {
                "seconds": statistics.median(times[name]),
                "times_floor": ratio(name, "floor"),
                "times_own_floor": ratio(name, "own_floor"),
            }
            for name in steps
        },
    }


def _batch(vgg: VGG16, content: Tensor, style: Tensor, config: TransferConfig) -> float:
    """Time of a step of several λ at once over that of as many single ones, taken in turns."""

    def run(lambdas: tuple[float, ...]) -> Callable[[], object]:
        return _running(vgg, content, style, dataclasses.replace(config, lambdas=lambdas))

    batch, singles = run(BATCH), [run((lam,)) for lam in BATCH]
    device = content.device.type
    ratios = []
    for _ in range(ROUNDS):
        together = _timed(batch, device)
        ratios.append(together / sum(_timed(single, device) for single in singles))
    return statistics.median(ratios)


def _descriptions(vgg: VGG16, content: Tensor, style: Tensor, config: TransferConfig) -> dict[Statistic, float]:
    """Time of a step with each other description of style over that of one with gram, taken in turns."""
    runs = {name: _running(vgg, content, style, dataclasses.replace(config, statistic=name)) for name in DESCRIPTIONS}
    device = content.device.type
    rounds = [{name: _timed(run, device) for name, run in runs.items()} for _ in range(ROUNDS)]
    return {
        name: statistics.median(seconds[name] / seconds["gram"] for seconds in rounds)
        for name in runs
        if name != "gram"
    }


def _running(vgg: VGG16, content: Tensor, style: Tensor, config: TransferConfig) -> Callable[[], object]:
    """A run whose every call makes one step at full size, as all later ones are: the optimiser's history is full."""
    run = stylize(vgg, content, style, dataclasses.replace(config, steps=10_000, coarse_to_fine="off"))
    for _ in range(config.lbfgs_memory + 2 if config.optimizer == "lbfgs" else 2):
        next(run)
    return run.__next__


def _bare_pass(forward: Callable[[], Tensor], image: Tensor) -> None:
    with exact_convolutions():  # as precise as the steps that are compared with it
        features = forward()
        torch.autograd.grad(features, image, torch.ones_like(features))


def _plain_network(vgg: VGG16, deepest: str) -> nn.Sequential:
    """Torchvision's own modules up to a layer, with the weights of ours: what the floor is measured with."""
    with torch.device("meta"):
        layers = list(vgg16(weights=None).features)
    convolutions = [i for i, layer in enumerate(layers) if isinstance(layer, nn.Conv2d)]
    for i, ours in zip(convolutions, vgg.convolutions, strict=True):
        layers[i] = copy.deepcopy(ours).to(memory_format=torch.contiguous_format)
    return nn.Sequential(*layers[: convolutions[LAYERS.index(deepest)] + 2])


def _timed(work: Callable[[], object], device: str) -> float:
    began = time.perf_counter()
    work()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began


def _memory_and_start(config: TransferConfig, device: str) -> dict[str, float]:
    paths = [str(sample_contents()["Chelsea"]), str(sample_styles()["Swirling night"])]
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder, "out.png"))
        transfer = [_TRANSFER, "transfer", *paths, "-o", out, "--size", str(config.size), "--device", device, "--steps"]
        import_seconds, bare = _run_alone(_BARE)
        start_seconds, _ = _run_alone(*transfer, "0")
        _, peak = _run_alone(*transfer, "30")
    content, style = pair()
    cost = cost_of([content.size], [style.size], dataclasses.replace(config, steps=30), device)
    return {
        "peak_mb": peak,
        "peak_above_imports_mb": peak - bare,
        "estimated_mb": cost.memory / 1e6,
        "start_seconds": start_seconds,
        "import_seconds": import_seconds,
    }


def _run_alone(code: str, *arguments: str) -> tuple[float, float]:
    """Seconds and peak memory, in MB, of a Python process of its own."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True)
    return time.perf_counter() - began, int(done.stdout.split()[-1]) * 1024 / 1e6


def _convergence(vgg: VGG16, content: Tensor, style: Tensor, config: TransferConfig) -> dict[str, Any]:
    """L against steps with each optimizer, and of the picture as it is saved, in 8 bits."""
    found = {}
    for optimizer in ("lbfgs", "adam"):
        chosen = dataclasses.replace(config, optimizer=optimizer)
        totals = []
        for step in stylize(vgg, content, style, chosen):
            totals.append(step.losses.total[0])
        objective = Objective(vgg, content, style, chosen)
        with torch.no_grad():
            saved = objective(to_tensor(to_image(step.images[0])).to(content.device))
        lam = torch.tensor(chosen.lambdas, device=content.device)
        reached = {level: next((i for i, total in enumerate(totals) if total <= level), None) for level in LEVELS}
        found[optimizer] = {
            "steps": chosen.steps,
            "final": totals[-1],
            "saved": saved.total(lam).item(),
            "steps_to_reach": {str(level): step for level, step in reached.items() if step is not None},
        }
    return found
