"""What the theory page remembers while its tab lives."""

from __future__ import annotations

from stylecore.ui.state.session import SessionValue
from stylecore.ui.theory.worked_examples import FEATURES, Rows


class TheoryState:
    """State of the page.

    Attributes:
        x: F(x), as the visitor has changed it.
        s: F(s), as the visitor has changed it.
        seed: of the order into which the photograph's positions are shuffled.
    """

    prefix = "theory"
    x = SessionValue[Rows](FEATURES["x"])
    s = SessionValue[Rows](FEATURES["s"])
    seed = SessionValue[int](0)
