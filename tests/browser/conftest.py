"""What the browser tests share."""

from contextlib import ExitStack

import pytest


@pytest.fixture
def open_page(browser, address):
    """Opens a page of a visitor who has just come."""
    from tests.support.browser import visitor  # not everyone has a browser

    with ExitStack() as stack:
        yield lambda place: stack.enter_context(visitor(browser, f"{address}/{place}"))
