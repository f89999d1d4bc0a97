"""What is said of a run that is on its way."""

from stylecore.engine.jobs import Snapshot
from stylecore.ui.widgets.progress import progress_text
from tests.support.losses import loss_history


def test_a_run_that_repeats_steps_says_so_and_how_long_it_takes():
    running = Snapshot(status="running", steps=40, left=12.0, loss_history=tuple(loss_history(12)))
    assert progress_text(running) == "Step 11 of 40 · about 12 s left"
    again = Snapshot(status="running", steps=40, left=15.0, loss_history=tuple(loss_history(12)), repeated=4)
    assert progress_text(again) == "Repeating what was interrupted: step 4 of 11 · about 15 s left"
