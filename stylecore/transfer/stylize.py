"""stylize(): the optimisation as a generator of Steps, one path for one λ and for many."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Sequence

import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.errors import SettingError, UserError
from stylecore.imaging.images import fit
from stylecore.imaging.tensors import to_tensor
from stylecore.transfer.losses import Losses
from stylecore.transfer.objective import Objective
from stylecore.transfer.optimizers import Adam, ProjectedLBFGS, make_optimizer
from stylecore.transfer.records import LossRecord, Steering, Step
from stylecore.transfer.vgg import VGG16, minimum_side

COARSE_FROM = 512  # longer side, in pixels, from which "auto" starts coarse
COARSE_SHARE = 0.25  # of the steps, at half the size
STALLED_AFTER = 30  # steps without a better loss
CAREFUL_RATE = 0.005  # Adam's learning rate after a fallback


class TransferError(UserError, RuntimeError):
    """A run can't start or go on; the message is one plain sentence."""


def prepare(content: Image.Image, style: Image.Image, config: TransferConfig) -> tuple[Tensor, Tensor]:
    """Both pictures at the sizes that the settings ask for: (1, 3, H, W) and (1, 3, h, w), in [0, 1].

    Raises:
        ImageError: if a picture is too narrow for the layers in use.
    """
    shortest = minimum_side(config.layers)
    return (
        to_tensor(fit(content, config.size, shortest, "The content picture")),
        to_tensor(fit(style, config.size, shortest, "The style picture", config.style_scale)),
    )


def prepare_initial(picture: Image.Image, content: Tensor) -> Tensor:
    """A picture to start from, (1, 3, H, W) like the content: scaled, not stretched, until it covers it; the middle."""
    size = _size(content)
    if picture.size != size:
        picture = ImageOps.fit(picture, size, Image.Resampling.BICUBIC)
    return to_tensor(picture)


def stylize(
    vgg: VGG16,
    content: Tensor,
    style: Tensor,
    config: TransferConfig,
    initial: Tensor | None = None,
) -> Generator[Step, Steering | None, None]:
    """Optimises one picture for each λ, and yields after every update; closing it early leaves nothing behind.

    Every picture depends on its own λ alone, never on the others of the batch. The losses of a Step
    belong to its images: step 0 is the start, step n comes after n updates, and the last one costs one pass more.

    Args:
        vgg: the network, on the device that shall do the work.
        content: (1, 3, H, W), in [0, 1], at the size of the result.
        style: (1, 3, h, w), in [0, 1].
        config: the settings.
        initial: (1, 3, any, any), in [0, 1], for `init="image"`; see `prepare_initial`.

    Yields:
        Steps 0 … `config.steps`. `send(Steering(…))` changes λ or adds steps, also at the last.

    Raises:
        ValueError: if a picture is too small for the layers, or `initial` is missing.
        TransferError: if the loss is not finite and no earlier picture helps; the Step before holds the best.
    """
    device = vgg.mean.device
    content, style = content.to(device), style.to(device)
    images = _start(config, content, style, initial).expand(len(config.lambdas), -1, -1, -1)
    run = _Run(config, content)
    for scale, steps, ends in stages(config, _size(content), _size(style)):
        coarse = _resized(content, scale).clamp(0, 1)  # bicubic overshoots
        objective = Objective(vgg, coarse, _resized(style, scale).clamp(0, 1), config)
        # What is carried between sizes is the change: the coarse picture itself would lose the content's detail.
        images = (coarse + _resized(images - content, scale)).clamp(0, 1)
        images = yield from run.descend(objective, images, coarse, steps, ends)


def replay(
    run: Generator[Step, Steering | None, None], changes: Sequence[tuple[int, float]], steps: int
) -> Iterator[Step]:
    """The Steps of a run of one λ, steered as it was once and stopped after as many updates.

    Args:
        run: of `stylize`, not started yet.
        changes: (step, new λ), as a recipe keeps them.
        steps: updates to make, fewer or more than the run was set to.
    """
    steering = dict(changes)
    step = next(run)
    while True:
        yield step
        if step.index >= steps:
            return
        lam = steering.get(step.index)
        step = run.send(
            Steering(
                lambdas=None if lam is None else (lam,),
                more_steps=steps - step.index if step.last else 0,
            )
        )


def stages(config: TransferConfig, *sizes: tuple[int, int]) -> list[tuple[float, int, bool]]:
    """(scale, updates, whether the run ends there) for each size that a run goes through, coarse to fine.

    Args:
        config: the settings.
        sizes: width and height of the content and of the style picture, as `prepare` makes them.
    """
    wanted = config.coarse_to_fine == "on" or (config.coarse_to_fine == "auto" and config.size >= COARSE_FROM)
    coarse_steps = round(config.steps * COARSE_SHARE)
    shortest = min(min(size) for size in sizes)
    if not wanted or shortest // 2 < minimum_side(config.layers) or coarse_steps == 0:
        return [(1.0, config.steps, True)]
    return [(0.5, coarse_steps, False), (1.0, config.steps - coarse_steps, True)]


class _Run:
    """What lasts through all stages of one run: λ, the count of updates, the clock."""

    def __init__(self, config: TransferConfig, content: Tensor) -> None:
        self._config = config
        self._content = content
        self._use(config.lambdas)
        self._index = 0
        self._more = 0  # updates that were asked for while the work was done at a smaller size
        self._began = time.perf_counter()

    def descend(
        self, objective: Objective, images: Tensor, coarse: Tensor, steps: int, ends: bool
    ) -> Generator[Step, Steering | None, Tensor]:
        """Makes `steps` updates at the size of `coarse`, yielding before each, and at the end of the run once more.

        Returns:
            The pictures at the size of the result, (K, 3, H, W).
        """
        pictures = [_Picture(image, self._config) for image in images]
        if ends:
            steps += self._more
        while steps or ends:
            at_end = steps == 0
            if at_end:
                for picture in pictures:
                    picture.settle()
            losses, gradient, notice = self._look(objective, pictures)
            message = yield self._step(losses, pictures, coarse, notice, at_end)
            if message is not None:
                if ends:
                    steps += message.more_steps
                else:
                    self._more += message.more_steps
                if message.lambdas is not None:
                    self._steer(message.lambdas, pictures)
                    _, gradient, _ = self._look(objective, pictures)
            if steps == 0:
                break
            for picture, slope in zip(pictures, gradient, strict=True):
                picture.update(slope)
            steps -= 1
            self._index += 1
        return self._full_size(pictures, coarse)

    def _look(self, objective: Objective, pictures: list[_Picture]) -> tuple[Losses, Tensor, str]:
        """Losses and gradients of all pictures; those that went wrong are set back to their best first."""
        losses, gradient, failures = self._judge(objective, pictures)
        if not any(failures):
            return losses, gradient, ""
        for picture, failure in zip(pictures, failures, strict=True):
            if failure:
                picture.fall_back()
        losses, gradient, again = self._judge(objective, pictures)
        if any(again):
            raise TransferError(f"The run stopped at step {self._index}: the loss is no longer a finite number.")
        reason = next(failure for failure in failures if failure)
        return losses, gradient, f"Step {self._index}: {reason}; going on with Adam from the best picture."

    def _judge(self, objective: Objective, pictures: list[_Picture]) -> tuple[Losses, Tensor, list[str]]:
        images = torch.stack([picture.image for picture in pictures])
        losses, gradient = objective.gradient(images, self._lambdas)
        totals = losses.total(self._lambdas)
        finite = gradient.isfinite().flatten(1).all(1).tolist()
        solved = (totals <= objective.rounding(self._lambdas)).tolist()
        failures = [p.judge(*found) for p, *found in zip(pictures, totals.tolist(), finite, solved, strict=True)]
        return losses, gradient, failures

    def _steer(self, lambdas: tuple[float, ...], pictures: list[_Picture]) -> None:
        if len(lambdas) != len(pictures):
            raise ValueError(f"{len(pictures)} λ are needed, not {len(lambdas)}")
        self._use(lambdas)
        for picture in pictures:
            picture.start_anew()

    def _use(self, lambdas: tuple[float, ...]) -> None:
        self._named = lambdas
        self._lambdas = torch.tensor(lambdas, device=self._content.device)

    def _full_size(self, pictures: list[_Picture], coarse: Tensor) -> Tensor:
        images = torch.stack([picture.image for picture in pictures])
        if coarse.shape == self._content.shape:
            return images
        change = F.interpolate(images - coarse, self._content.shape[2:], mode="bicubic")
        return (self._content + change).clamp(0, 1)

    def _step(self, losses: Losses, pictures: list[_Picture], coarse: Tensor, notice: str, last: bool) -> Step:
        return Step(
            losses=LossRecord(
                self._index,
                self._named,
                tuple(losses.content.tolist()),
                tuple(losses.style.tolist()),
                tuple(losses.total(self._lambdas).tolist()),
                {layer: tuple(term.tolist()) for layer, term in losses.content_layers.items()},
                {layer: tuple(term.tolist()) for layer, term in losses.style_layers.items()},
            ),
            images=self._full_size(pictures, coarse),
            size=_size(coarse),
            seconds=time.perf_counter() - self._began,
            notice=notice,
            last=last,
        )


class _Picture:
    """One picture on its way: where it is, what its optimizer knows, and the best that it has been."""

    def __init__(self, image: Tensor, config: TransferConfig) -> None:
        self.image = image
        self._config = config
        self.start_anew()

    def start_anew(self) -> None:
        """Forgets all that belongs to another loss; a fallback as well, for it was that loss which called for it."""
        self._optimizer = make_optimizer(self._config)
        self._fell_back = False
        self._best: tuple[float, Tensor] | None = None
        self._since_best = 0
        self._solved = False

    def judge(self, total: float, finite_gradient: bool, solved: bool) -> str:
        """Takes note of the loss at the present picture. Returns what is wrong with it, if anything.

        Args:
            total: L.
            finite_gradient: whether all of it is.
            solved: whether nothing is left of the loss but rounding, which no step should follow.

        Raises:
            TransferError: if it is not finite and there is no earlier picture to go back to.
        """
        if not (math.isfinite(total) and finite_gradient):
            if self._best is None:
                raise TransferError("The loss of the very first picture is not finite: choose other settings.")
            return "the loss was not finite"
        self._solved = solved
        if self._best is None or total < self._best[0] or solved:
            self._best = (total, self.image)
            self._since_best = 0
            return ""
        self._since_best += 1
        stalled = self._since_best >= STALLED_AFTER and not self._fell_back
        return "L-BFGS stalled" if stalled and isinstance(self._optimizer, ProjectedLBFGS) else ""

    def fall_back(self) -> None:
        """Back to the best picture, on with careful steps."""
        self._optimizer = Adam(CAREFUL_RATE)
        self._fell_back = True
        self._since_best = 0
        self.settle()

    def settle(self) -> None:
        """After a fallback, the best picture: it is what the run shall end with."""
        if self._fell_back and self._best is not None:
            self.image = self._best[1]

    def update(self, gradient: Tensor) -> None:
        """One step of the optimizer, unless there is nothing left to gain."""
        if not self._solved:
            self.image = self._optimizer.step(self.image, gradient)


def _start(config: TransferConfig, content: Tensor, style: Tensor, initial: Tensor | None) -> Tensor:
    """The picture to start from, (1, 3, H, W)."""
    if config.init == "noise":  # drawn on the CPU: the same on every device
        noise = torch.rand(content.shape, generator=torch.Generator().manual_seed(config.seed))
        return noise.to(content.device)
    if config.init == "style":
        return _covering(style, content)
    if config.init == "image":
        if initial is None:
            raise SettingError('init="image" needs a picture to start from')
        return _covering(initial.to(content.device), content)
    return content


def _covering(image: Tensor, frame: Tensor) -> Tensor:
    """The middle of a picture scaled, not stretched, until it covers the frame; (1, 3, H, W) like the frame."""
    height, width = frame.shape[2:]
    scale = max(height / image.shape[2], width / image.shape[3])
    size = (max(height, round(image.shape[2] * scale)), max(width, round(image.shape[3] * scale)))
    scaled = F.interpolate(image, size, mode="bicubic", antialias=True).clamp(0, 1)
    top, left = (size[0] - height) // 2, (size[1] - width) // 2
    return scaled[:, :, top : top + height, left : left + width]


def _size(image: Tensor) -> tuple[int, int]:
    """Width and height."""
    return image.shape[3], image.shape[2]


def _resized(image: Tensor, scale: float) -> Tensor:
    """A picture, or a change of one, (K, 3, H, W), at a fraction of its size."""
    if scale == 1:
        return image
    size = [max(1, round(side * scale)) for side in image.shape[2:]]
    return F.interpolate(image, size, mode="bicubic", antialias=True)
