"""What the tests of the pages share."""

import pytest

from stylecore.ui import server
from tests.support.speed import measured_once


@pytest.fixture(scope="session", autouse=True)
def quick_start():
    """Each engine that is started afresh learns how fast the machine is, before its first run begins."""
    with measured_once(server):
        yield
