"""One picture's way down: what counts as wrong, and where it falls back to."""

import dataclasses
import math

import pytest
import torch

from stylecore.config import TransferConfig
from stylecore.transfer.descent import STALLED_AFTER, Descent
from stylecore.transfer.records import TransferError

IMAGE = torch.full((3, 4, 5), 0.5)
SLOPE = torch.linspace(-1, 1, 60).view(3, 4, 5)


def moved(descent, total, **found):
    """Judges the present picture and makes a step. Returns what was wrong."""
    failure = descent.judge(total, **{"finite_gradient": True, "solved": False, **found})
    descent.update(SLOPE)
    return failure


@pytest.fixture
def descent():
    return Descent(IMAGE, TransferConfig())


@pytest.mark.parametrize("found", [(math.nan, True), (math.inf, True), (1.0, False)])
def test_what_is_not_finite_falls_back_to_the_best(descent, found):
    moved(descent, 3.0)
    best = descent.image
    moved(descent, 1.0)
    moved(descent, 2.0)
    assert "not finite" in descent.judge(*found, solved=False)
    descent.fall_back()
    assert torch.equal(descent.image, best)


def test_without_an_earlier_picture_there_is_nothing_to_fall_back_to(descent):
    with pytest.raises(TransferError, match="very first"):
        descent.judge(math.nan, True, False)


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_lbfgs_alone_stalls_and_only_once(optimizer):
    descent = Descent(IMAGE, dataclasses.replace(TransferConfig(), optimizer=optimizer))
    assert moved(descent, 1.0) == ""
    failures = [moved(descent, 2.0) for _ in range(STALLED_AFTER)]
    assert failures == [""] * (STALLED_AFTER - 1) + ["L-BFGS stalled" if optimizer == "lbfgs" else ""]
    descent.fall_back()
    assert not any(moved(descent, 2.0) for _ in range(2 * STALLED_AFTER))
    descent.settle()
    assert torch.equal(descent.image, IMAGE)


def test_another_loss_forgets_the_best_and_the_fallback(descent):
    moved(descent, 1.0)
    descent.fall_back()
    moved(descent, 2.0)
    here = descent.image
    descent.start_anew()
    descent.settle()
    assert torch.equal(descent.image, here)
    moved(descent, 5.0)
    assert torch.equal(descent.image, Descent(here, TransferConfig())._optimizer.step(here, SLOPE))
    assert [moved(descent, 6.0) for _ in range(STALLED_AFTER)][-1] == "L-BFGS stalled"


def test_a_solved_picture_stays(descent):
    assert [moved(descent, 1e-20, solved=True) for _ in range(2 * STALLED_AFTER)] == [""] * (2 * STALLED_AFTER)
    assert torch.equal(descent.image, IMAGE)
