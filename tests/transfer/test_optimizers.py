"""The optimisers against independent ones, and what the theory promises of them."""

import pytest
import torch

from stylecore.transfer.optimizers import Adam, ProjectedLBFGS, _partition_of_unity


@pytest.fixture
def quadratic():
    """½ (x − goal)ᵀ A (x − goal) with a diagonal A of very different curvatures; the goal is partly outside the box."""
    generator = torch.Generator().manual_seed(0)
    goal = torch.rand(3, 20, 30, generator=generator) * 1.4 - 0.2
    stiffness = 10 ** (3 * torch.rand(3, 20, 30, generator=generator))
    return goal, lambda x: stiffness * (x - goal)


def descend(optimizer, gradient, start, steps):
    for _ in range(steps):
        start = optimizer.step(start, gradient(start))
    return start


def ordinary_lbfgs(gradient, x, steps, first, largest):
    """Nocedal & Wright, algorithm 7.4, on flat vectors, projected; written apart from the code under test."""
    pairs, last = [], None
    for _ in range(steps):
        g = gradient(x)
        if last is not None:
            pairs.append(((x - last[0]).flatten().double(), (g - last[1]).flatten().double()))
        last = (x, g)
        free = ~(((x <= 0) & (g > 0)) | ((x >= 1) & (g < 0)))
        q = (g * free).flatten().double()
        if not pairs:
            x = (x - g * free * (first / (g * free).abs().max())).clamp(0, 1)
            continue
        alphas = []
        for s, y in pairs[::-1]:
            alphas.append((s @ q) / (s @ y))
            q = q - alphas[-1] * y
        s, y = pairs[-1]
        q = q * (s @ y) / (y @ y)
        for (s, y), alpha in zip(pairs, alphas[::-1], strict=True):
            q = q + s * (alpha - (y @ q) / (s @ y))
        change = -q.view_as(x).float().clamp(-largest, largest)
        x = (x + change * free).clamp(0, 1)
    return x


def test_one_window_is_the_ordinary_method(quadratic):
    _, gradient = quadratic
    start = torch.full((3, 20, 30), 0.5)
    ours = descend(ProjectedLBFGS(50, window=1e6), gradient, start, 8)
    theirs = ordinary_lbfgs(gradient, start, 8, ProjectedLBFGS.FIRST_CHANGE, ProjectedLBFGS.LARGEST_CHANGE)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=2e-3)


@pytest.mark.parametrize("window", [6, 15, 1e6])
@pytest.mark.parametrize("options", [{}, {"scales": 3}, {"scales": 3, "compact": True}])
def test_lbfgs_finds_the_constrained_minimum(quadratic, window, options):
    goal, gradient = quadratic
    found = descend(ProjectedLBFGS(20, window, **options), gradient, torch.full((3, 20, 30), 0.5), 150)
    torch.testing.assert_close(found, goal.clamp(0, 1), rtol=0, atol=0.02)


@pytest.mark.parametrize(("length", "spacing", "windows"), [(30, 6, 6), (31, 6, 6), (30, 1e6, 1), (1, 32, 1)])
def test_windows_are_a_partition_of_unity(length, spacing, windows):
    weights = _partition_of_unity(length, spacing, torch.zeros(1, dtype=torch.float64))
    assert weights.shape == (length, windows)
    assert weights.min() >= 0
    torch.testing.assert_close(weights.sum(1), torch.ones(length, dtype=torch.float64))
    assert (weights.sum(0) > 0).all()


@pytest.mark.parametrize("window", [6, 1e6])
@pytest.mark.parametrize("options", [{}, {"scales": 4}, {"scales": 4, "compact": True}])
def test_the_inverse_hessian_is_symmetric_and_positive(quadratic, window, options):
    _, gradient = quadratic
    optimizer = ProjectedLBFGS(10, window, **options)
    descend(optimizer, gradient, torch.full((3, 20, 30), 0.5), 8)
    generator = torch.Generator().manual_seed(3)
    u, v = (torch.randn(60, 30, generator=generator) for _ in range(2))
    hu, hv = -optimizer._direction(u), -optimizer._direction(v)
    assert (v * hu).sum().item() == pytest.approx((u * hv).sum().item(), rel=1e-3)
    assert (u * hu).sum() > 0
    assert (v * hv).sum() > 0


def test_brightness_moves_faster_with_scales():
    """½ (x − goal)ᵀ A (x − goal), the curvature of fine detail ten times that of the mean: what pictures are like."""
    goal = torch.full((3, 64, 64), 0.8)

    def gradient(x):
        offset = x - goal
        mean = offset.mean((1, 2), keepdim=True)
        return mean + 10 * (offset - mean)

    start = (0.2 + 0.05 * torch.randn(3, 64, 64, generator=torch.Generator().manual_seed(0))).clamp(0, 1)
    left = {
        scales: (descend(ProjectedLBFGS(20, scales=scales), gradient, start, 5) - goal).norm().item()
        for scales in (0, 6)
    }
    assert left[6] < 0.6 * left[0]


def test_compact_pairs_are_half_as_large_and_no_more_than_fit(quadratic, monkeypatch):
    _, gradient = quadratic
    monkeypatch.setattr(ProjectedLBFGS, "COMPACT_BYTES", 3.5 * 4 * 3 * 20 * 30)
    optimizer = ProjectedLBFGS(20, scales=2, compact=True)
    descend(optimizer, gradient, torch.full((3, 20, 30), 0.5), 9)
    assert [(s.dtype, y.dtype) for s, y, _ in optimizer._pairs] == [(torch.bfloat16, torch.bfloat16)] * 3


def test_neither_optimizer_touches_what_it_is_given(quadratic):
    _, gradient = quadratic
    for optimizer in (ProjectedLBFGS(5), ProjectedLBFGS(5, scales=3, compact=True), Adam(0.05)):
        image = torch.full((3, 20, 30), 0.5)
        for _ in range(4):
            slope = gradient(image)
            before = image.clone(), slope.clone()
            following = optimizer.step(image, slope)
            assert torch.equal(image, before[0])
            assert torch.equal(slope, before[1])
            image = following


def test_a_vanishing_gradient_moves_nothing():
    image = torch.rand(3, 5, 5)
    for optimizer in (ProjectedLBFGS(5), Adam(0.05)):
        for _ in range(3):
            torch.testing.assert_close(optimizer.step(image, torch.zeros_like(image)), image)


def test_adam_equals_pytorchs_with_clamping(quadratic):
    _, gradient = quadratic
    theirs = torch.full((3, 20, 30), 0.5)
    reference = torch.optim.Adam([theirs], lr=0.05, betas=(0.9, 0.99), eps=1e-30)
    schedule = torch.optim.lr_scheduler.StepLR(reference, step_size=4, gamma=0.7)
    ours, optimizer = theirs.clone(), Adam(0.05, decay=0.7, decay_every=4)
    for _ in range(12):
        theirs.grad = gradient(theirs)
        reference.step()
        schedule.step()
        theirs.clamp_(0, 1)
        ours = optimizer.step(ours, gradient(ours))
        torch.testing.assert_close(ours, theirs)
