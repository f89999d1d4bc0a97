"""The speed of the machine, measured as it always is, but not anew for each run of the tests: that takes a second."""

import functools
from contextlib import contextmanager

import pytest


@contextmanager
def measured_once(module):
    """For a module that imports `measure_throughput`: once for each network and size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "measure_throughput", functools.cache(module.measure_throughput))
        yield
