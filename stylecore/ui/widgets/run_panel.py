"""The Run button of every page: what a run will cost beforehand, why it can't run if so, and its start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from stylecore.engine.cost import Cost
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job, Request, Workspace
from stylecore.engine.spoken import spoken_bytes, spoken_time
from stylecore.errors import UserError
from stylecore.language import Sentence, _, counted
from stylecore.ui.page_errors import guarded, guarded_callback
from stylecore.ui.state.session import SessionValue
from stylecore.ui.widgets.progress import States, living_states

KNOWN_SECONDS = 1.0  # between two looks at whether the machine has been measured


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What a press of Run would compute.

    Attributes:
        label: of the button.
        icon: of the button, a name of a Material symbol.
        requests: in the order in which they shall be computed; none if there is nothing to compute.
        costs: of each request.
        problem: why nothing can be computed, in a `Sentence`; else empty.
    """

    label: str
    icon: str
    requests: tuple[Request, ...] = ()
    costs: tuple[Cost, ...] = ()
    problem: str = ""


class _State:
    """Of this tab.

    Attributes:
        refusals: why the newest runs of a page were refused, in a `Sentence`; it is told once.
    """

    prefix = "run_panel"
    refusals = SessionValue[Mapping[Workspace, str]]({})


def run_panel(
    engine: Engine,
    owner: str,
    workspace: Workspace,
    make_plan: Callable[[], RunPlan],
    on_start: Callable[[list[Job]], None] | None = None,
    show_on_the_way: Callable[[], object] = lambda: None,
) -> States:
    """Draws the button, below it what is on its way, and the price or the problem.

    Args:
        engine: of the server.
        owner: the visitor.
        workspace: of the page.
        make_plan: says what Run shall do; called now, and again when Run is pressed, with what the widgets say then. It
            must hold no pictures: streamlit keeps it while the tab is open, also when they are removed meanwhile.
        on_start: gets the new jobs before the page runs again.
        show_on_the_way: draws what can be done with what runs already.

    Returns:
        The page's jobs that lived when the plan was made, for whoever draws the rest of the page.
    """
    known = living_states(engine, owner, workspace)
    busy = any(status in ("queued", "running") for _, status in known)
    plan = make_plan()
    problem = plan.problem or memory_problem(engine, plan.costs)
    able = bool(plan.requests) and not problem
    with st.container(horizontal=True, gap="small"):
        button = partial(_button, engine, owner, plan, make_plan, on_start, able=able)
        button(f"run_{workspace}", plan.label, beside=True)
        if busy and able:
            button(f"replace_{workspace}", _("Stop, and run this"), beside=False)
    show_on_the_way()
    if problem:
        st.warning(_(problem), icon=":material/warning:")
    elif plan.costs:
        kept = _("the present picture is kept either way") if busy else ""
        show_price(engine, plan.costs, waits=not busy, told=kept)
    state = _State()
    if refusal := state.refusals.get(workspace):
        state.refusals = {page: text for page, text in state.refusals.items() if page != workspace}
        st.error(_(refusal), icon=":material/error:")
    return known


def _button(
    engine: Engine,
    owner: str,
    plan: RunPlan,
    make_plan: Callable[[], RunPlan],
    on_start: Callable[[list[Job]], None] | None,
    key: str,
    label: str,
    *,
    beside: bool,
    able: bool,
) -> None:
    """A button that starts a run: beside what runs already, also in another tab, or in its place."""
    st.button(
        label,
        type="primary" if beside else "secondary",
        icon=f":material/{plan.icon}:" if beside else ":material/stop_circle:",
        key=key,
        width="stretch",
        disabled=not able,
        on_click=guarded_callback(partial(start_plan, engine, owner, make_plan, beside=beside, on_start=on_start)),
    )


def start_plan(
    engine: Engine,
    owner: str,
    make_plan: Callable[[], RunPlan],
    *,
    beside: bool,
    on_start: Callable[[list[Job]], None] | None = None,
) -> None:
    """What a press of Run does: submits what the plan says by now, if it says anything; see `start`."""
    plan = make_plan()
    if plan.requests and not plan.problem:
        start(engine, owner, plan.requests, beside=beside, on_start=on_start)


def start(
    engine: Engine,
    owner: str,
    requests: Sequence[Request],
    *,
    beside: bool = False,
    on_start: Callable[[list[Job]], None] | None = None,
) -> None:
    """Submits requests; if they are refused, the run panel of their page says why.

    Args:
        engine: of the server.
        owner: the visitor.
        requests: at least one, all of one workspace.
        beside: whether what the owner has waiting or running there goes on, before these.
        on_start: gets the new jobs.
    """
    try:
        jobs = engine.submit_all(owner, requests, beside=beside)
    except UserError as error:
        state = _State()
        state.refusals = {**state.refusals, requests[0].workspace: error.sentence}
        return
    if on_start is not None:
        on_start(jobs)


def memory_problem(engine: Engine, costs: Sequence[Cost]) -> str:
    """A sentence if the largest of some runs does not fit into the memory that is free now; else empty."""
    needed, free = max((cost.memory for cost in costs), default=0), engine.free_memory()
    if needed <= free:
        return ""
    return Sentence(
        "This needs about {needed:.1f} GB of memory, and {free:.1f} GB are free on this server: choose a smaller size.",
        needed=needed / 1e9,
        free=free / 1e9,
    )


def show_price(engine: Engine, costs: Sequence[Cost], *, waits: bool, told: str = "") -> None:
    """Draws the time that some runs take, in one line; their memory is told where the pointer rests on it.

    Args:
        engine: of the server, which knows how fast it is.
        costs: of each run.
        waits: whether the time until their turn counts.
        told: what else is said there.
    """
    seconds = [engine.seconds(cost) for cost in costs]
    known = [value for value in seconds if value is not None]
    wait = engine.expected_wait() if waits else None
    parts = [_price(spoken_time(sum(known)) if len(known) == len(costs) else None, wait)]
    if len(costs) > 1:
        parts.append(_(counted("in {count} batch", "in {count} batches", len(costs))))
    if told:
        parts.append(told)
    memory = spoken_bytes(max(cost.memory for cost in costs))
    st.caption(" · ".join(parts), help=_("As measured on this machine; {memory} of memory.", memory=memory))
    if len(known) < len(costs):  # the machine is just being measured
        st.fragment(guarded(_draw_when_known), run_every=KNOWN_SECONDS)(engine, costs[0])


def _draw_when_known(engine: Engine, cost: Cost) -> None:
    if engine.seconds(cost) is not None:
        st.rerun()


def _price(time: str | None, wait: float | None) -> str:
    """The time that something takes, None if that is not known, and the seconds until its turn, if there are any."""
    if not wait:
        return _("About {time}", time=time) if time else _("Working out how long this takes …")
    if time:
        return _("About {time}, after a wait of {wait}", time=time, wait=spoken_time(wait))
    return _("Begins in {wait}; working out how long it takes …", wait=spoken_time(wait))
