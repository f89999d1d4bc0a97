"""The parts of the λ lab: which λ, the pictures as they come, the trade-off, and what to take home."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from stylecore.charts import lab_figure, lambda_colour, trade_off_figure
from stylecore.config import TransferConfig
from stylecore.cost import Cost, cost_of, used_sizes
from stylecore.engine import Engine, QueueFull
from stylecore.images import ImageError
from stylecore.jobs import Request
from stylecore.lab import (
    AXES,
    DEFAULT_LAMBDAS,
    MOST,
    Cell,
    along,
    around,
    cells_of,
    evenly,
    missing,
    neighbours,
    parse_lambdas,
    parts,
)
from stylecore.limits import available_memory
from stylecore.sheet import archive, contact_sheet
from stylecore.timelapse import sweep
from stylecore.ui.components import Column, GridCell, Row, Scrubbed, chart, data_url, grid, scrubber
from stylecore.ui.live import POLL_CPU, POLL_GPU, spoken_bytes, spoken_time
from stylecore.ui.pictures import chosen
from stylecore.ui.settings import current_settings

WAYS = ("By hand", "Evenly", "Around one")
MEMORY_SHARE = 0.7  # of what is free, that one batch may take


def lambdas_input() -> tuple[float, ...]:
    """The widgets that choose the λ.

    Raises:
        ValueError: in a sentence, if what is written is not two to eight numbers from 0 to 1.
    """
    st.session_state.setdefault("lab_lambdas", _written(st.query_params.get("lambdas", "")))
    way = st.segmented_control(
        "Which λ", WAYS, default=WAYS[0], required=True, key="lab_way", persist_state="session", width="stretch"
    )
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
    axis = st.selectbox(
        "Second axis", ["", *AXES], format_func=lambda name: AXES[name][0] if name else "none: λ alone",
        key="lab_axis", persist_state="session", help="A grid: λ from left to right, this setting from top to bottom.",
    )  # fmt: skip
    if not axis:
        return "", []
    values = list(AXES[axis][1])
    rows = st.multiselect("Rows", values, default=values[:5], key=f"lab_rows_{axis}", persist_state="session")
    return axis, [value for value in values if value in rows]


def wanted_requests(axis: str, values: Sequence[str]) -> dict[str, Request]:
    """By the name of the row: what is to be computed, λ aside.

    Raises:
        ValueError: if the settings make no sense.
    """
    config = current_settings()
    if not axis:
        return {"": _request(config)}
    return {value: _request(along(config, axis, value)) for value in values}


def run_button(
    engine: Engine, owner: str, lambdas: Sequence[float], requests: dict[str, Request], trouble: str
) -> None:
    """Run, and beforehand what it will cost; only what is not there yet is computed."""
    todo: list[Request] = []
    price = ""
    if not trouble:
        try:
            todo = _todo(engine, owner, lambdas, requests)
            price = _price(engine, todo)
        except (ValueError, ImageError) as error:
            trouble = str(error)
    busy = any(job.active for job in engine.jobs_of(owner))
    count = sum(len(request.config.lambdas) for request in todo)
    st.button(
        f"Run {count} {'picture' if count == 1 else 'pictures'}" if count else "Everything is there",
        type="primary", icon=":material/compare:", key="lab_run", width="stretch", disabled=not todo,
        on_click=_start, args=(engine, owner, todo),
        help="Ends the present run; its pictures are kept." if busy else None,
    )  # fmt: skip
    if trouble:
        st.warning(trouble, icon=":material/warning:")
    elif price:
        st.caption(price)
    if trouble := st.session_state.pop("lab_trouble", ""):
        st.error(trouble, icon=":material/error:")


def show_lab(engine: Engine, owner: str, requests: dict[str, Request], lambdas: Sequence[float]) -> None:
    """Draws pictures, curves and trade-off, and keeps drawing them while some are on their way."""
    living = [job for job in engine.jobs_of(owner) if not job.ended]
    every = (POLL_CPU if engine.device == "cpu" else POLL_GPU) if living else None
    states = [job.snapshot.status for job in living]
    st.fragment(_show, run_every=every, key="lab_live")(engine, owner, requests, lambdas, len(living), states)


def _show(
    engine: Engine,
    owner: str,
    requests: dict[str, Request],
    lambdas: Sequence[float],
    count: int,
    states: Sequence[str],
) -> None:
    living = [job for job in engine.jobs_of(owner) if not job.ended]
    if len(living) != count or [job.snapshot.status for job in living] != states:
        st.rerun()
    _status(engine, owner)
    jobs = engine.jobs_of(owner)
    rows = {name: cells_of(jobs, request) for name, request in requests.items()}
    failed = [job.snapshot.error for job in jobs[-1:] if job.snapshot.status == "failed"]
    for error in failed:
        st.error(error, icon=":material/error:")
    for notice in dict.fromkeys(notice for job in living or jobs[-1:] for notice in job.snapshot.notices):
        st.warning(notice, icon=":material/info:")
    columns = sorted({*lambdas, *(lam for row in rows.values() for lam in row)})
    row = _selected_row(rows)
    drawn = {lam: cell for lam, cell in rows[row].items() if cell.preview}
    if not any(cell.preview for row in rows.values() for cell in row.values()):
        if not living:
            st.info(
                "Press **Run**: the same photograph is painted once for each λ, all at the same time, and a chart "
                "shows what each costs in content and in style.",
                icon=":material/compare:",
            )
        return
    if not drawn:
        _grid(rows, columns, "")
        return
    lam = _selected(drawn)
    _grid(rows, columns, f"{lam!r} {row}")
    if row:
        st.markdown(f"**{row}**")
    request = requests[row]
    large, trade_off = st.columns([1, 1], gap="medium")
    with large:
        _scrub(drawn, lam, request)
        _actions(engine, owner, request, drawn, lam)
    with trade_off:
        _trade_off(drawn, lam, bool(living))
    _curves(drawn, request, bool(living))
    _take_home(rows, row, columns)


def _status(engine: Engine, owner: str) -> None:
    living = [job for job in engine.jobs_of(owner) if not job.ended]
    if not living:
        return
    snapshots = [engine.look(job) for job in living]
    running = next((snapshot for snapshot in snapshots if snapshot.status == "running"), None)
    more = f" · {len(living) - 1} more to come" if len(living) > 1 else ""
    if running is None:
        first = snapshots[0]
        about = f" It begins in about {spoken_time(first.wait)}." if first.wait else ""
        text = "Paused." if first.status == "paused" else f"Waiting: {first.position} before yours.{about}"
        st.info(text, icon=":material/hourglass_top:")
    elif running.done:
        text = f"Step {running.done} of {running.steps} · about {spoken_time(running.left)} left{more}"
        st.progress(min(running.done / max(running.steps, 1), 1.0), text)
    else:
        st.progress(0.0, f"Measuring the pair …{more}")

    def stop() -> None:
        for job in reversed(living):
            engine.stop(job)
        st.rerun()

    st.button("Stop", icon=":material/stop_circle:", key="lab_stop", on_click=stop)


def _grid(rows: dict[str, dict[float, Cell]], columns: Sequence[float], selected: str) -> None:
    def cell(name: str, lam: float) -> GridCell:
        found = rows[name].get(lam)
        picture = found.preview if found else None
        note = ""
        if found is not None and found.job.snapshot.status != "finished":
            done = found.job.snapshot.done
            note = {"queued": "waiting", "running": f"step {done}", "stopped": f"stopped at {done}"}.get(
                found.job.snapshot.status, found.job.snapshot.status
            )
        return GridCell(id=f"{lam!r} {name}", url=data_url(picture) if picture else "", note=note)

    grid(
        [Column(label=f"λ {lam:g}", colour=lambda_colour(lam)) for lam in columns],
        [Row(label=name, cells=[cell(name, lam) for lam in columns]) for name in rows],
        selected,
        key="lab_grid",
        label="Pictures by λ",
        on_choice=_select_cell,
    )


def _scrub(cells: dict[float, Cell], lam: float, request: Request) -> None:
    pictures = []
    for cell in cells.values():
        status = cell.job.snapshot.status
        note = "" if status == "finished" else f" · step {cell.job.snapshot.done}"
        pictures.append(
            Scrubbed(lam=cell.lam, url=data_url(cell.preview or b""), colour=lambda_colour(cell.lam), note=note)
        )
    content, style = chosen("content"), chosen("style")
    assert content is not None
    assert style is not None  # both have defaults
    size, _ = used_sizes(content.size, style.size, request.config)
    scrubber(
        pictures, lam, size, key="lab_scrubber", alt=f"{request.names[0]} in the style of {request.names[1]}",
        on_choice=_select,
    )  # fmt: skip


def _actions(engine: Engine, owner: str, request: Request, cells: dict[float, Cell], lam: float) -> None:
    with st.container(horizontal=True, key="lab_actions"):
        if cells[lam].result and cells[lam].job.ended and st.button(
            f"Open λ = {lam:g} in the Studio", icon=":material/brush:", key="lab_open"
        ):  # fmt: skip
            job = cells[lam].job
            apart = job if len(job.request.config.lambdas) == 1 else engine.set_apart(job, cells[lam].k)
            st.session_state.shown, st.session_state.set_lam = apart.id, lam
            st.switch_page("app.py")
        for low, middle, high in neighbours(lam, list(cells)):
            st.button(
                f"Add λ = {middle:g}, between {low:g} and {high:g}", icon=":material/add:", key=f"lab_add_{middle}",
                on_click=_add, args=(engine, owner, request, middle),
            )  # fmt: skip


def _trade_off(cells: dict[float, Cell], lam: float, live: bool) -> None:
    ends = {
        cell.lam: (cell.history[-1].content[cell.k], cell.history[-1].style[cell.k])
        for cell in cells.values()
        if cell.history
    }
    words = "; ".join(f"λ {lam:g}: content {content:.2g}, style {style:.2g}" for lam, (content, style) in ends.items())
    st.markdown("**The trade-off**")
    chart(
        trade_off_figure(ends, lam), key="lab_trade_off", alt=f"Content loss against style loss. {words}", live=live,
        on_step=_select, height=420,
    )  # fmt: skip


def _curves(cells: dict[float, Cell], request: Request, live: bool) -> None:
    histories = {lam: (cell.history, cell.k) for lam, cell in cells.items()}
    for column, term in zip(st.columns(2, gap="medium"), ("content", "style"), strict=True):
        with column:
            figure = lab_figure(histories, term, steps=request.config.steps)
            chart(figure, key=f"lab_{term}", alt=f"The {term} loss of each λ against steps", live=live, on_step=_ignore)


def _take_home(rows: dict[str, dict[float, Cell]], row: str, columns: Sequence[float]) -> None:
    cells = rows[row]
    results = {lam: cell.result for lam, cell in cells.items() if cell.result}
    if not results:
        return
    histories = {lam: (cells[lam].history, cells[lam].k) for lam in results}
    table = [
        (name, [(f"λ = {lam:g}", found[lam].result if lam in found else None) for lam in columns])
        for name, found in rows.items()
    ]
    with st.container(horizontal=True, gap="small", key="lab_downloads"):
        _download("Contact sheet", partial(contact_sheet, table), "lambda-sheet.png", "image/png")
        everything = {lam: png for lam, png in results.items() if png}
        _download(
            "All pictures and losses", partial(archive, everything, histories), "lambda-lab.zip", "application/zip"
        )
        if len(everything) > 1:
            pictures = list(everything.values())
            _download("Animation, WebP", partial(sweep, pictures, "WEBP"), "lambda.webp", "image/webp")
            _download("Animation, GIF", partial(sweep, pictures, "GIF"), "lambda.gif", "image/gif")


def _download(label: str, make: Callable[[], bytes], name: str, mime: str) -> None:
    st.download_button(label, make, name, mime, icon=":material/download:", on_click="ignore", key=f"lab_{name}")


def _todo(engine: Engine, owner: str, lambdas: Sequence[float], requests: dict[str, Request]) -> list[Request]:
    """What is neither there nor on its way, in as few batches as fit into the memory."""
    content, style = chosen("content"), chosen("style")
    assert content is not None
    assert style is not None  # both have defaults
    sizes = content.size, style.size
    jobs = engine.jobs_of(owner)
    todo = []
    for request in requests.values():

        def cost(batch: tuple[float, ...], request: Request = request) -> Cost:
            return cost_of(*sizes, dataclasses.replace(request.config, lambdas=batch), engine.device)

        wanted = missing(lambdas, cells_of(jobs, request))
        for batch in parts(wanted, cost, int(MEMORY_SHARE * available_memory()), engine.limits.max_lambdas):
            todo.append(dataclasses.replace(request, config=dataclasses.replace(request.config, lambdas=batch)))
    return todo


def _price(engine: Engine, todo: Sequence[Request]) -> str:
    content, style = chosen("content"), chosen("style")
    assert content is not None
    assert style is not None  # both have defaults
    costs = [cost_of(content.size, style.size, request.config, engine.device) for request in todo]
    if not costs:
        return ""
    seconds = sum(engine.seconds(cost) or 0.0 for cost in costs)
    batches = f" · in {len(costs)} batches" if len(costs) > 1 else ""
    memory = spoken_bytes(max(cost.memory for cost in costs))
    return f"About {spoken_time(seconds)} on this machine{batches} · {memory} of memory"


def _request(config: TransferConfig) -> Request:
    content, style, init = chosen("content"), chosen("style"), chosen("init")
    assert content is not None
    assert style is not None  # both have defaults
    start = b""
    if config.init == "image":
        if init is None:
            raise ValueError("Choose the picture to start from, in the Studio under Advanced.")
        start = init.data
    return Request(content=content.data, style=style.data, config=config, init=start, names=(content.name, style.name))


def _start(engine: Engine, owner: str, todo: Sequence[Request], beside: bool = False) -> None:
    try:
        engine.submit_all(owner, todo, beside=beside)
    except (ValueError, QueueFull) as error:
        st.session_state.lab_trouble = str(error)


def _add(engine: Engine, owner: str, request: Request, lam: float) -> None:
    """Computes one more λ; what is on its way already goes on, after it."""
    request = dataclasses.replace(request, config=dataclasses.replace(request.config, lambdas=(lam,)))
    _start(engine, owner, [request], beside=True)
    _select(lam)
    st.rerun()


def _select(lam: float) -> None:
    st.session_state.lab_selected = lam


def _select_cell(name: str) -> None:
    lam, _, row = name.partition(" ")
    st.session_state.lab_row = row
    _select(float(lam))


def _selected_row(rows: dict[str, dict[float, Cell]]) -> str:
    """The row that was clicked; else the last one with a picture."""
    wanted: str = st.session_state.get("lab_row", "")
    if rows.get(wanted):
        return wanted
    return next(
        (name for name in reversed(rows) if any(cell.preview for cell in rows[name].values())), next(iter(rows))
    )


def _selected(cells: dict[float, Cell]) -> float:
    wanted = st.session_state.get("lab_selected")
    if wanted is None:
        return list(cells)[len(cells) // 2]
    return min(cells, key=lambda lam: abs(lam - wanted))


def _ignore(_step: float) -> None:
    """A click on a curve of the lab has no meaning."""


def _written(text: str) -> str:
    """λ from an address, or the default ones."""
    try:
        return ", ".join(f"{lam:g}" for lam in parse_lambdas(text))
    except ValueError:
        return ", ".join(f"{lam:g}" for lam in DEFAULT_LAMBDAS)
