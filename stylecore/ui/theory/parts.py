"""The parts of the theory page: each a text in the chosen language beside an example that the visitor can change."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import partial

import streamlit as st

from stylecore.charts.comparison import balance_figure
from stylecore.charts.export import to_html
from stylecore.config import Statistic
from stylecore.engine.cost import used_sizes
from stylecore.engine.engine import Engine
from stylecore.engine.feature_views import Calibration, CalibrationQuery, ShuffleQuery
from stylecore.errors import UserError
from stylecore.experiments.grid import cells_of
from stylecore.layers import LAYERS
from stylecore.transfer.vgg import layer_facts
from stylecore.ui.components import chart
from stylecore.ui.components import matrix as matrix_field
from stylecore.ui.layers.settings import view_settings
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.theory.texts import LANGUAGES
from stylecore.ui.theory.worked_examples import (
    Rows,
    centred,
    content_of,
    entry,
    matrix,
    moved,
    number,
    statistic_of,
    style_of,
    total_of,
)
from stylecore.ui.widgets.answers import answer_to
from stylecore.ui.widgets.downloads import download
from stylecore.ui.widgets.settings import current_settings

FEATURES: dict[str, Rows] = {
    "x": ((3, 1, 0, 2), (1, 0, 2, 2)),
    "c": ((3, 0, 1, 2), (1, 1, 2, 0)),
    "s": ((0, 4, 0, 4), (0, 3, 1, 3)),
}  # small enough for the head, and different in everything that the page talks of
ORDERS = {"1 2 3 4": (0, 1, 2, 3), "2 1 3 4": (1, 0, 2, 3), "4 3 2 1": (3, 2, 1, 0), "3 1 4 2": (2, 0, 3, 1)}
LARGEST = 9


def read_query_params(query: Mapping[str, str]) -> None:
    """Sets the language that an address asks for, if there is a text in it."""
    if query.get("lang") in LANGUAGES:
        st.session_state.theory_language = query["lang"]


def language_input() -> str:
    """The language of the page: as the address said, else the browser's if there is a text in it, else English."""
    spoken = (st.context.locale or "")[:2]
    st.session_state.setdefault("theory_language", spoken if spoken in LANGUAGES else "en")
    language = st.segmented_control(
        "Language / Язык",
        list(LANGUAGES),
        required=True,
        key="theory_language",
        format_func=LANGUAGES.__getitem__,
        persist_state="session",
        label_visibility="collapsed",
    )
    return str(language)


def show_network(t: dict[str, str]) -> str:
    """Part 1: features. Returns the layer that was chosen."""
    text, example = _part(t, "vgg")
    text.markdown(t["vgg"])
    with example:
        st.session_state.setdefault("theory_layer", "relu4_2")
        layer = str(st.selectbox(t["vgg_layer"], LAYERS, key="theory_layer", persist_state="session"))
        config = view_settings()
        content, style = chosen_pair()
        try:
            width, height = used_sizes([content.size], [style.size], config)[0][0]
        except UserError:  # too narrow a picture; the questions below say so
            width, height = content.size
        fact = layer_facts(width, height)[layer]
        h, w = fact.size[::-1]
        st.markdown(
            t["vgg_facts"].format(
                width=width,
                height=height,
                layer=layer,
                channels=fact.channels,
                h=h,
                w=w,
                entries=f"{fact.channels * h * w:,}".replace(",", "\u2009"),
                field=fact.receptive_field,
            )
        )
    return layer


def show_content(t: dict[str, str]) -> Rows:
    """Part 2: the content loss. Returns F(x) as the visitor has changed it."""
    text, example = _part(t, "content")
    text.markdown(t["content"])
    with example:
        x = _matrix_input("x", t["content_x"])
        st.latex(f"F(c) = {matrix(FEATURES['c'])}")
        found = content_of(x, FEATURES["c"])
        st.latex(found.latex)
        if found.value == 0:
            st.caption(t["content_equal"])
    return x


def show_statistic(t: dict[str, str], x: Rows) -> Statistic:
    """Part 3: G, entry by entry. Returns what the visitor describes style by."""
    text, example = _part(t, "gram")
    text.markdown(t["gram"])
    with example:
        names: dict[Statistic, str] = {"gram": t["gram_gram"], "covariance": t["gram_covariance"]}
        st.session_state.setdefault("theory_statistic", "gram")
        chosen = st.segmented_control(
            t["gram_statistic"],
            list(names),
            required=True,
            key="theory_statistic",
            persist_state="session",
            format_func=names.__getitem__,
        )
        statistic: Statistic = chosen or "gram"
        st.latex(f"F(x) = {matrix(x)}")
        if statistic == "covariance":
            st.latex(f"F(x) - \\overline{{F(x)}} = {matrix(centred(x))}")
        for i, j in ((0, 0), (0, 1), (1, 1)):
            st.latex(entry(x, i, j, statistic).latex)
        st.latex(f"G(F(x)) = {matrix(statistic_of(x, statistic))}")
    return statistic


def show_style(t: dict[str, str], x: Rows, statistic: Statistic) -> Rows:
    """Part 4: the style loss. Returns F(s) as the visitor has changed it."""
    text, example = _part(t, "style")
    text.markdown(t["style"])
    with example:
        s = _matrix_input("s", t["style_s"])
        of_x, of_s = (matrix(statistic_of(rows, statistic)) for rows in (x, s))
        st.latex(f"G(F(x)) = {of_x}")
        st.latex(f"G(F(s)) = {of_s}")
        st.latex(style_of(x, s, statistic).latex)
    return s


def show_total(t: dict[str, str], engine: Engine, owner: str, x: Rows, s: Rows, statistic: Statistic) -> None:
    """Part 5: both losses together, on the small matrices and on the pictures of this pair."""
    text, example = _part(t, "total")
    text.markdown(t["total"])
    with example:
        lam = st.slider("λ", 0.0, 1.0, 0.2, step=0.05, key="theory_lam", persist_state="session")
        st.caption(t["total_small"])
        st.latex(total_of(lam, content_of(x, FEATURES["c"]).value, style_of(x, s, statistic).value).latex)
    ends = _ends(engine, owner, t)
    text.markdown(t["total_curve"])
    with example:
        if not ends:
            st.info(t["total_none"], icon=":material/brush:")
            return
        figure = balance_figure(ends, (t["total_x"], t["total_y"]), lam)
        words = "; ".join(f"{name}: {content:.2g}, {style:.2g}" for name, (content, style, _) in ends.items())
        chart(figure, key="theory_balance", alt=f"L(λ). {words}", live=False, on_step=lambda _: None)
        _figure_download(t, "balance", figure)


def show_shuffle(t: dict[str, str], engine: Engine, owner: str, x: Rows, statistic: Statistic, layer: str) -> None:
    """Part 6: shuffled positions, on the small matrix and on the visitor's photograph."""
    text, example = _part(t, "shuffle")
    text.markdown(t["shuffle"])
    with example:
        st.session_state.setdefault("theory_order", "4 3 2 1")
        order = str(
            st.segmented_control(
                t["shuffle_order"], list(ORDERS), required=True, key="theory_order", persist_state="session", wrap=True
            )
        )
        other = moved(x, ORDERS[order])
        of_other = matrix(statistic_of(other, statistic))
        st.latex(f"\\tilde F = {matrix(other)}")
        st.latex(f"G(\\tilde F) = {of_other}")
        st.markdown(t["shuffle_small"].format(content=f"${number(content_of(other, x).value)}$"))
    text.markdown(t["shuffle_real"])
    with text:
        seed = st.session_state.setdefault("theory_seed", 0)
        st.button(t["shuffle_again"], icon=":material/shuffle:", key="shuffle_again", on_click=_next_seed)
    with example:
        content, _ = chosen_pair()
        query = ShuffleQuery(content.data, layer, seed, view_settings())
        found = answer_to(engine, owner, query, "shuffle_wait")
        if found is None:
            return
        left, right = st.columns(2, wrap=False)
        before, after = t["shuffle_before"].format(channel=found.channel), t["shuffle_after"]
        left.image(found.before, width="stretch", caption=before, alt=before)
        right.image(found.after, width="stretch", caption=after, alt=after)
        st.markdown(t["shuffle_found"].format(content=f"{found.content:.2f}", style=f"${number(found.style)}$"))


def show_calibration(t: dict[str, str], engine: Engine, owner: str) -> None:
    """Part 7: the weights of this pair."""
    text, example = _part(t, "calibrated")
    text.markdown(t["calibrated"])
    with example:
        content, style = chosen_pair()
        current = current_settings()
        layers = {name: getattr(current, name) for name in ("content_layers", "style_layers", "statistic")}
        config = dataclasses.replace(view_settings(), lambdas=(current.lambdas[0],), **layers)
        found = answer_to(engine, owner, CalibrationQuery(content.data, style.data, config), "calibration_wait")
        if found is None:
            return
        st.dataframe(_table(t, found), hide_index=True, width="stretch")
        st.caption(t["calibrated_help"].format(size=config.size))


def show_sources(t: dict[str, str]) -> None:
    """Whose ideas these are."""
    st.subheader(t["sources_title"], anchor=False)
    st.markdown(t["sources"])


def _part(t: dict[str, str], name: str) -> tuple[st.delta_generator.DeltaGenerator, st.delta_generator.DeltaGenerator]:
    """A heading, and below it a place for the text and one for the example."""
    st.subheader(t[f"{name}_title"], anchor=False, divider="gray")
    text, example = st.columns(2, gap="large")
    return text, example


def _matrix_input(name: str, label: str) -> Rows:
    """F of one of the pictures, as the visitor has changed it."""
    st.markdown(f"**{label}**")
    rows: Rows = st.session_state.setdefault(f"theory_{name}", FEATURES[name])
    width = len(rows[0])

    def change(values: list[int]) -> None:
        st.session_state[f"theory_{name}"] = tuple(tuple(values[i : i + width]) for i in range(0, len(values), width))

    matrix_field(
        [[int(value) for value in row] for row in rows],
        key=f"matrix_{name}",
        name=f"F({name})",
        label=label,
        largest=LARGEST,
        on_change=change,
    )
    return rows


def _ends(engine: Engine, owner: str, t: dict[str, str]) -> dict[str, tuple[float, float, float | None]]:
    """Content loss, style loss and λ of this pair's pictures with the settings of the newest; first, where it began."""
    content, style = chosen_pair()
    pair = content.data, style.data
    jobs = [job for job in engine.jobs_of(owner) if job.request.inputs.pair == pair]
    painted = [
        job for job in jobs if job.request.workspace != "layers" and job.snapshot.results and job.snapshot.loss_history
    ]
    if not painted:
        return {}
    first = painted[-1].snapshot.loss_history[0]
    ends: dict[str, tuple[float, float, float | None]] = {t["total_start"]: (first.content[0], first.style[0], None)}
    for lam, cell in cells_of(painted, painted[-1].request).items():
        if cell.loss_history:
            last = cell.loss_history[-1]
            ends[t["total_result"].format(lam=f"{lam:g}")] = (last.content[cell.k], last.style[cell.k], lam)
    return ends


def _table(t: dict[str, str], found: Calibration) -> dict[str, list[str]]:
    """Weights by layer, column by column."""
    names = ("kind", "layer", "size", "distance", "weight", "share")
    table: dict[str, list[str]] = {t[f"calibrated_{name}"]: [] for name in names}
    for kind in ("content", "style"):
        sizes, distances, weights = (getattr(found, f"{kind}_{name}") for name in ("sizes", "distances", "weights"))
        for layer, weight in weights.items():
            numbers = [f"{value:.2e}" for value in (sizes[layer], distances[layer], weight)]
            row = [t[f"calibrated_{kind}"], layer, *numbers, f"{weight * distances[layer]:.3f}"]
            for column, text in zip(table.values(), row, strict=True):
                column.append(text)
    return table


def _figure_download(t: dict[str, str], name: str, figure: dict[str, object]) -> None:
    make = partial(to_html, {t["total_title"]: figure})
    download(t["figures"], make, f"{name}.html", "text/html", key=f"theory_{name}_html")


def _next_seed() -> None:
    st.session_state.theory_seed += 1
