"""What the tests of the mathematics share."""

import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread():
    """Keeps torch on one thread: on small tensors threads gain little, and on a busy machine they mostly wait."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
