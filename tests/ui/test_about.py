"""About says what this server has, and what of it can't be reached."""

import pytest

from stylecore.engine.engine import Engine
from tests.support.pages import open_app, words


@pytest.mark.parametrize(
    ("absent", "said"),
    [
        ((1, 2), "**Not to be reached**: 1 of 2 workers; the others do their work"),
        ((2, 2), "**Not to be reached**: all workers: runs wait until one is there again"),
    ],
)
def test_workers_that_are_absent_are_told_and_no_others(monkeypatch, absent, said):
    app = open_app().switch_page("pages/about.py").run()
    assert "Not to be reached" not in words(app.markdown)
    monkeypatch.setattr(Engine, "absent_runners", lambda _: absent)
    assert said in words(app.run().markdown)
