"""What the λ lab is asked for: which λ, a second axis, and the Run button that computes only what is missing."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from stylecore.config import TransferConfig
from stylecore.engine.cost import Cost, cost_of
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Request
from stylecore.engine.limits import available_memory
from stylecore.errors import SettingError, UserError
from stylecore.experiments.grid import AXES, along, batches, cells_of, missing
from stylecore.experiments.lambdas import DEFAULT_LAMBDAS, MOST, around, evenly, parse_lambdas
from stylecore.imaging.inputs import pair
from stylecore.ui.state.chosen import chosen, chosen_pair
from stylecore.ui.widgets.progress import living_jobs, spoken_bytes, spoken_time
from stylecore.ui.widgets.settings import current_settings

WAYS = ("By hand", "Evenly", "Around one")
MEMORY_SHARE = 0.7  # of what is free, that one batch may take


def read_query_params(query: Mapping[str, str]) -> None:
    """Sets the page as the words of an address say, beside the settings; what makes no sense is passed over."""
    st.session_state.lab_way, st.session_state.lab_lambdas = WAYS[0], _written(query.get("lambdas", ""))
    axis = query.get("axis", "")
    st.session_state.lab_axis = axis if axis in AXES else ""
    if axis in AXES:
        values = list(AXES[axis].values)
        linked = [value for value in values if value in query.get("rows", "").split("|")]
        st.session_state[f"lab_rows_{axis}"] = linked or values[:5]


def want_lambdas(lambdas: Collection[float]) -> None:
    """Writes λ into the field, where there are not too many; only before it is drawn, or in a callback."""
    if len(lambdas) <= MOST:
        st.session_state.lab_way = WAYS[0]
        st.session_state.lab_lambdas = _as_text(sorted(lambdas))


def lambdas_input() -> tuple[tuple[float, ...], bool]:
    """The widgets that choose the λ, and below them what is wrong with what is written there.

    Returns:
        Two to eight λ, and whether they are what is written; if not, they are those of before.
    """
    try:
        st.session_state.lab_valid = _chosen_lambdas()
    except UserError as error:
        st.warning(str(error), icon=":material/warning:")
        return st.session_state.get("lab_valid", DEFAULT_LAMBDAS), False
    return st.session_state.lab_valid, True


def _chosen_lambdas() -> tuple[float, ...]:
    st.session_state.setdefault("lab_lambdas", _written(""))
    st.session_state.setdefault("lab_way", WAYS[0])
    way = st.segmented_control("Which λ", WAYS, required=True, key="lab_way", persist_state="session", width="stretch")
    if way == "By hand":
        text = st.text_input(
            f"λ, two to {MOST} numbers from 0 to 1",
            key="lab_lambdas",
            persist_state="session",
            label_visibility="collapsed",
        )
        return parse_lambdas(text)
    left, right = st.columns(2, wrap=False)
    if way == "Evenly":
        st.session_state.setdefault("lab_span", (0.0, 1.0))
        left.slider("From … to", 0.0, 1.0, step=0.05, key="lab_span", persist_state="session")
        low, high = st.session_state.lab_span
        count = right.number_input("How many", 2, MOST, 5, key="lab_count", persist_state="session")
        return parse_lambdas(" ".join(map(str, evenly(low, high, count))))
    st.session_state.setdefault("lab_reach", 0.2)
    reach = left.slider("Reach", 0.02, 0.5, step=0.02, key="lab_reach", persist_state="session")
    count = right.number_input("How many", 2, MOST, 5, key="lab_count", persist_state="session")
    return parse_lambdas(" ".join(map(str, around(current_settings().lambdas[0], reach, count))))


def axis_input() -> tuple[str, list[str]]:
    """The second axis: a setting of `AXES`, or "" for none, and names of its values."""
    st.session_state.setdefault("lab_axis", "")
    axis = st.selectbox(
        "Second axis",
        ["", *AXES],
        format_func=lambda name: AXES[name].label if name else "none: λ alone",
        key="lab_axis",
        persist_state="session",
        help="A grid: λ from left to right, this setting from top to bottom.",
    )
    if not axis:
        return "", []
    values = list(AXES[axis].values)
    st.session_state.setdefault(f"lab_rows_{axis}", values[:5])
    rows = st.multiselect("Rows", values, key=f"lab_rows_{axis}", persist_state="session")
    return axis, [value for value in values if value in rows]


def wanted_requests(axis: str, values: Sequence[str]) -> dict[str, Request]:
    """By the name of the row: what is to be computed, λ aside.

    Raises:
        SettingError: if the settings make no sense, or there is no row.
    """
    config = current_settings()
    if not axis:
        return {"": _request(config)}
    if not values:
        raise SettingError("Choose at least one row.")
    return {value: _request(along(config, axis, value)) for value in values}


def lab_query_params(lambdas: Sequence[float], axis: str, rows: Sequence[str]) -> dict[str, str]:
    """What a link to the lab says beside the settings."""
    words = {"lambdas": " ".join(f"{lam:g}" for lam in lambdas)}
    return words | ({"axis": axis, "rows": "|".join(rows)} if axis else {})


def run_button(
    engine: Engine, owner: str, lambdas: Sequence[float], requests: dict[str, Request], trouble: str
) -> None:
    """Run, and beforehand what it will cost; only what is not there yet is computed.

    Args:
        engine: of the server.
        owner: the visitor.
        lambdas: that are wanted; none while what is written makes no sense.
        requests: by row.
        trouble: why there are no requests; else empty.
    """
    todo: list[Request] = []
    price = ""
    if not trouble:
        try:
            todo = _todo(engine, owner, lambdas, requests)
            price = _price(engine, todo)
        except UserError as error:
            trouble = str(error)
    busy = bool(living_jobs(engine, owner, "lab"))
    nothing = "On their way" if busy else "Everything is there" if lambdas and requests else "Run"
    count = sum(len(request.config.lambdas) for request in todo)
    st.button(
        f"Run {count} {'picture' if count == 1 else 'pictures'}" if count else nothing,
        type="primary",
        icon=":material/compare:",
        key="lab_run",
        width="stretch",
        disabled=not todo,
        on_click=start_all,
        args=(engine, owner, todo),
        help="Ends the present run; its pictures are kept." if busy else None,
    )
    if trouble:
        st.warning(trouble, icon=":material/warning:")
    elif price:
        st.caption(price)
    if trouble := st.session_state.pop("lab_trouble", ""):
        st.error(trouble, icon=":material/error:")


def start_all(engine: Engine, owner: str, todo: Sequence[Request], beside: bool = False) -> None:
    """Submits what is to be computed; if it is refused, the page says why below the Run button."""
    try:
        engine.submit_all(owner, todo, beside=beside)
    except UserError as error:
        st.session_state.lab_trouble = str(error)


def _todo(engine: Engine, owner: str, lambdas: Sequence[float], requests: dict[str, Request]) -> list[Request]:
    """What is neither there nor on its way, in as few batches as fit into the memory."""
    content, style = chosen_pair()
    sizes = [content.size], [style.size]
    jobs = engine.jobs_of(owner)
    todo = []
    for request in requests.values():

        def cost(batch: tuple[float, ...], request: Request = request) -> Cost:
            return cost_of(*sizes, dataclasses.replace(request.config, lambdas=batch), engine.device)

        wanted = missing(lambdas, cells_of(jobs, request))
        for batch in batches(wanted, cost, int(MEMORY_SHARE * available_memory()), engine.limits.max_lambdas):
            todo.append(dataclasses.replace(request, config=dataclasses.replace(request.config, lambdas=batch)))
    return todo


def _price(engine: Engine, todo: Sequence[Request]) -> str:
    content, style = chosen_pair()
    costs = [cost_of([content.size], [style.size], request.config, engine.device) for request in todo]
    if not costs:
        return ""
    seconds = sum(engine.seconds(cost) or 0.0 for cost in costs)
    batches = f" · in {len(costs)} batches" if len(costs) > 1 else ""
    memory = spoken_bytes(max(cost.memory for cost in costs))
    return f"About {spoken_time(seconds)} on this machine{batches} · {memory} of memory"


def _request(config: TransferConfig) -> Request:
    (content, style), init = chosen_pair(), chosen("init")
    start = b""
    if config.init == "image":
        if init is None:
            raise SettingError("Choose the picture to start from, in the Studio under Advanced.")
        start = init.data
    names = (content.name, style.name)
    return Request(inputs=pair(content.data, style.data, start, names), config=config, workspace="lab")


def _written(text: str) -> str:
    """λ from an address, or the default ones."""
    try:
        return _as_text(parse_lambdas(text))
    except UserError:
        return _as_text(DEFAULT_LAMBDAS)


def _as_text(lambdas: Sequence[float]) -> str:
    return ", ".join(f"{lam:g}" for lam in lambdas)
