"""A job as the visitor sees it: waiting, running, ended."""

from __future__ import annotations

import streamlit as st

from stylecore.charts import loss_figure
from stylecore.engine import Engine, Job, Snapshot

POLL = 1.0  # seconds


def show_job(engine: Engine, job: Job) -> None:
    """Draws the job, and keeps drawing it while it lives."""
    alive = not job.ended
    st.fragment(_show, run_every=POLL if alive else None, key="live")(engine, job, alive)


def _show(engine: Engine, job: Job, alive: bool) -> None:
    snapshot = engine.look(job)
    if alive and job.ended:
        st.rerun()  # the whole page once more, without polling
    if snapshot.status == "queued":
        st.info(_waiting(snapshot), icon=":material/hourglass_top:")
    elif snapshot.status == "running":
        done = snapshot.history[-1].index if snapshot.history else 0
        st.progress(min(done / max(snapshot.steps, 1), 1.0), _progress(snapshot, done))
    if alive:
        st.button("Stop", icon=":material/stop_circle:", key="stop", on_click=_stop, args=(engine, job))
    _show_end(snapshot)
    if snapshot.previews:
        picture = snapshot.results[0] if snapshot.results else snapshot.previews[0]
        settings = job.request.config
        made_with = f"λ = {settings.lambdas[0]:g} · {settings.size} pixels, shown larger or smaller to fit"
        st.image(picture, made_with, alt="The stylised picture", width="stretch")
    if snapshot.results:
        st.download_button(
            "Download PNG",
            snapshot.results[0],
            "stylised.png",
            "image/png",
            icon=":material/download:",
            on_click="ignore",
            help="The settings are kept inside the picture as its recipe.",
        )
    if snapshot.history:
        config = {"displayModeBar": False} if alive else {"displaylogo": False}
        steps = snapshot.steps if alive else snapshot.history[-1].index
        st.plotly_chart(
            loss_figure(snapshot.history, steps=steps),
            theme=None,
            config=config,
            key="losses",
            width="stretch",
        )


def _stop(engine: Engine, job: Job) -> None:
    engine.stop(job)
    job.done.wait(0.8)  # most steps are shorter: then this very run of the page shows the end


def _show_end(snapshot: Snapshot) -> None:
    for notice in snapshot.notices:
        st.warning(notice, icon=":material/info:")
    if snapshot.status == "finished":
        last = snapshot.history[-1]
        st.success(
            f"Done after {last.index} steps and {snapshot.seconds:.0f} s: "
            f"content loss {last.content[0]:.3g}, style loss {last.style[0]:.3g}.",
            icon=":material/check_circle:",
        )
    elif snapshot.status == "stopped":
        step = snapshot.history[-1].index if snapshot.history else 0
        kept = f"Stopped at step {step}; the picture is kept." if snapshot.results else "Stopped before it began."
        st.info(kept, icon=":material/stop_circle:")
    elif snapshot.status == "failed":
        st.error(snapshot.error, icon=":material/error:")


def _waiting(snapshot: Snapshot) -> str:
    if snapshot.position == 0:
        return "Your picture is next."
    return f"Waiting: {snapshot.position} {'picture' if snapshot.position == 1 else 'pictures'} before yours."


def _progress(snapshot: Snapshot, done: int) -> str:
    if not done:
        return "Measuring the pair …"
    left = snapshot.seconds / done * (snapshot.steps - done)
    return f"Step {done} of {snapshot.steps} · about {left:.0f} s left"
