"""Features in float64, where gradients can be checked."""

import pytest
import torch


@pytest.fixture
def features():
    """Of two pictures."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, 4, 3, 5, generator=generator, dtype=torch.float64)


@pytest.fixture
def style():
    """Of another number of positions."""
    generator = torch.Generator().manual_seed(1)
    return 1.5 * torch.randn(1, 4, 4, 6, generator=generator, dtype=torch.float64) + 0.5


@pytest.fixture
def content():
    """Of as many positions as `features`."""
    generator = torch.Generator().manual_seed(2)
    return torch.rand(1, 4, 3, 5, generator=generator, dtype=torch.float64)
