"""The parts of the front page: the pair, the run and its price, a recipe that was dropped."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from stylecore.config import TransferConfig
from stylecore.engine.cost import cost_of, used_sizes
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job, Request
from stylecore.engine.limits import available_memory
from stylecore.errors import UserError
from stylecore.imaging.inputs import pair
from stylecore.transfer.records import Steering
from stylecore.ui.components import viewer
from stylecore.ui.page import plain
from stylecore.ui.server import get_engine
from stylecore.ui.state.page_state import restore_recipe, studio_jobs, swap_pair
from stylecore.ui.studio.result import set_postprocess
from stylecore.ui.widgets.picture_input import Dropped, camera_input, choose, chosen, chosen_pair, picture_input
from stylecore.ui.widgets.progress import spoken_bytes, spoken_time
from stylecore.ui.widgets.settings import current_settings


def pair_input(settings: Callable[[], TransferConfig] = current_settings) -> None:
    """Photograph and style side by side.

    Args:
        settings: of the page, which say what is used of the pictures.
    """
    content, style = chosen_pair()
    try:
        contents, styles = used_sizes([content.size], [style.size], settings())
        used = contents[0], styles[0]
    except UserError:  # the Run button says what is wrong
        used = None
    left, right = st.columns(2, wrap=False, gap="small")
    with left:
        picture_input("content", used[0] if used else None)
    with right:
        picture_input("style", used[1] if used else None)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="pair_tools"
    ):
        st.button("Swap", icon=":material/swap_horiz:", key="swap", type="tertiary", on_click=swap_pair)
        st.caption(f"Your own: up to {get_engine().limits.max_upload_mb} MB", width="content")
        camera_input("content", "style")


def run_button(engine: Engine, owner: str) -> None:
    """Run, and beforehand what it will cost; where it can't run, the reason stands below."""
    reason, price = "", ""
    busy = any(job.active for job in studio_jobs(engine, owner))
    try:
        config = current_settings()
        reason, price = _price(engine, config, busy)
    except UserError as error:
        reason = str(error)
    st.button(
        "Run again with these settings" if busy else "Run",
        type="primary",
        icon=":material/brush:",
        key="run",
        width="stretch",
        disabled=bool(reason),
        on_click=_start,
        args=(engine, owner),
        help="Ends the present run; its picture is kept." if busy else None,
    )
    if reason:
        st.warning(reason, icon=":material/warning:")
    else:
        st.caption(price)
    if trouble := st.session_state.pop("run_trouble", ""):
        st.error(trouble, icon=":material/error:")


def steer(engine: Engine, owner: str) -> None:
    """Hands a new λ to the picture that is on its way, if there is one that it can be handed to."""
    job = steered_job(engine, owner)
    if job is None:
        return
    try:
        engine.steer(job, Steering(lambdas=current_settings().lambdas))
    except UserError:
        return  # other settings are half-written


def steered_job(engine: Engine, owner: str) -> Job | None:
    """The visitor's living job whose λ is on the scale of the slider, or None."""
    for job in engine.jobs_of(owner):
        if not job.ended and job.request.workspace == "studio":
            return job if job.request.config.loss_weighting == st.session_state.set_loss_weighting else None
    return None


def dropped_recipe(engine: Engine, owner: str) -> None:
    """Offers the recipe of a picture that was dropped; tells what of it, or of a link, could not be restored."""
    if problems := st.session_state.get("link_problems"):
        st.warning("  \n".join(map(plain, problems)), icon=":material/info:")
    dropped: Dropped | None = st.session_state.get("dropped")
    if dropped is None:
        return
    config = dropped.recipe.config
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="dropped_recipe"):
        lam = ", ".join(f"{lam:.3g}" for lam in config.lambdas) + (
            f", later {dropped.recipe.changes[-1][1]:.3g}," if dropped.recipe.changes else ""
        )
        st.markdown(f"{plain(dropped.name)} was made here, with λ = {lam} at {config.size} pixels.")
        st.button(
            "Restore its settings",
            icon=":material/settings_backup_restore:",
            key="restore",
            type="primary",
            on_click=_restore,
            args=(engine, owner),
        )
        st.button("Just use the picture", key="no_restore", type="tertiary", on_click=_forget_dropped)


def empty_result() -> None:
    """What stands where the picture will be, before there is one."""
    content, _ = chosen_pair()
    st.info(
        "Press **Run** and watch: this photograph turns into your picture.",
        icon=":material/brush:",
    )
    viewer(content.preview, content.size, key="picture", alt=f"Photograph: {content.name}", caption="The photograph")


def _restore(engine: Engine, owner: str) -> None:
    dropped: Dropped = st.session_state.pop("dropped")
    if dropped.before is not None:
        choose(dropped.role, dropped.before)  # the dropped picture was not meant to be the next one's content
    st.session_state.link_problems = restore_recipe(engine, owner, dropped.recipe)


def _forget_dropped() -> None:
    st.session_state.pop("dropped", None)


def _start(engine: Engine, owner: str) -> None:
    try:
        config = current_settings()
        (content, style), init = chosen_pair(), chosen("init")
        start = init.data if config.init == "image" and init is not None else b""
        names = (content.name, style.name)
        job = engine.submit(owner, Request(inputs=pair(content.data, style.data, start, names), config=config))
    except UserError as error:
        st.session_state.run_trouble = str(error)
        return
    st.session_state.shown, st.session_state.link_problems, st.session_state.picked = None, [], None
    if finish := st.session_state.pop("postprocess_of_next", None):  # of a recipe
        set_postprocess(job, finish)


def _price(engine: Engine, config: TransferConfig, mine: bool) -> tuple[str, str]:
    """Why the settings can't run here, if so; and in one line what a run will cost."""
    content, style = chosen_pair()
    if config.init == "image" and chosen("init") is None:
        return "Choose the picture to start from, under Advanced.", ""
    cost = cost_of([content.size], [style.size], config, engine.device)
    free = available_memory()
    if engine.device == "cpu" and cost.memory > free:
        return (
            f"This needs about {cost.memory / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free on this server: "
            "choose a smaller size.",
            "",
        )
    seconds = engine.seconds(cost)
    took = (
        f"About {spoken_time(seconds)} on this machine, as measured" if seconds is not None else "No run measured yet"
    )
    wait = None if mine else engine.expected_wait()
    waiting = f", after a wait of {spoken_time(wait)}" if wait else ""
    return "", f"{took}{waiting} · {spoken_bytes(cost.memory)} of memory"


def is_steering(engine: Engine, owner: str) -> bool:
    """Whether a picture is being painted that follows the λ slider."""
    job = steered_job(engine, owner)
    return job is not None and job.snapshot.status == "running"
