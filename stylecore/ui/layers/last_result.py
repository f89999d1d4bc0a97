"""What the Studio has painted of the present pair."""

from __future__ import annotations

from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.state.restore import studio_jobs


def last_result(engine: Engine, owner: str) -> Job | None:
    """The newest run of the Studio on the present pair that has ended with a picture."""
    content, style = chosen_pair()
    pair = content.data, style.data
    fitting = [job for job in studio_jobs(engine, owner) if job.request.inputs.pair == pair]
    return next((job for job in reversed(fitting) if job.snapshot.results and job.ended), None)
