"""What the λ lab remembers while its tab lives."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress

import streamlit as st

from stylecore.charts.grid import Term
from stylecore.charts.style import ROW_COLOURS
from stylecore.errors import UserError
from stylecore.experiments.axes import AXES
from stylecore.experiments.lambdas import (
    DEFAULT_LAMBDAS,
    MOST,
    around,
    checked_lambdas,
    evenly,
    lambdas_to_text,
    parse_lambdas,
)
from stylecore.language import ENGLISH, Sentence, reader, separators
from stylecore.ui.lab.grid_choice import GridChoice
from stylecore.ui.state.session import SessionValue
from stylecore.ui.widgets.settings import current_settings

BY_HAND, EVENLY, AROUND_ONE = MODES = (Sentence("By hand"), Sentence("Evenly"), Sentence("Around one"))
NO_AXIS = ""
MOST_CURVES = len(ROW_COLOURS)  # that are drawn before anybody has chosen some


class LabState:
    """State of the λ lab. It holds no bytes of pictures: they would stay in memory after they have been removed.

    Attributes:
        mode: how λ are chosen: one of `MODES`; a widget's value.
        lambdas: what is written in the field for λ; a widget's value.
        written_for: the language whose decimal sign that has.
        span: smallest and largest λ of those that are spread evenly; a widget's value.
        reach: how far λ may be from the one that they surround; a widget's value.
        count: number of λ that are spread evenly or surround one; a widget's value.
        axis: the second axis: one of `AXES`, or `NO_AXIS`; a widget's value.
        usable_lambdas: the newest choice of λ that made sense.
        usable_grid: rows and pictures, when they last made sense; None if they never did.
        selected_lambda: column of the picture that is shown large; None until one is clicked.
        selected_row: its row.
        term: the loss whose curves are drawn; a widget's value.
        drawn_rows: the rows whose curves are drawn; a widget's value.
        drawn_lambdas: the λ whose curves are drawn; a widget's value.
        drawn_of: rows and λ of the grid that these two were chosen from.
        opens_studio: whether a picture was opened in the Studio by the click that this page run follows.
    """

    prefix = "lab"
    mode = SessionValue[str](BY_HAND)
    lambdas = SessionValue[str](lambdas_to_text(DEFAULT_LAMBDAS))
    written_for = SessionValue[str](ENGLISH)
    span = SessionValue[tuple[float, float]]((0.0, 1.0))
    reach = SessionValue[float](0.2)
    count = SessionValue[int](len(DEFAULT_LAMBDAS))
    axis = SessionValue[str](NO_AXIS)
    usable_lambdas = SessionValue[tuple[float, ...]](DEFAULT_LAMBDAS)
    usable_grid = SessionValue[GridChoice | None](None)
    selected_lambda = SessionValue[float | None](None)
    selected_row = SessionValue[str]("")
    term = SessionValue[Term]("total")
    drawn_rows = SessionValue[Sequence[str]](())
    drawn_lambdas = SessionValue[Sequence[float]](())
    drawn_of = SessionValue[tuple[Sequence[str], Sequence[float]]](((), ()))
    opens_studio = SessionValue[bool](False)

    @staticmethod
    def rows_key(axis: str) -> str:
        """Session key of the widget that chooses the values of an axis: each axis remembers its own."""
        return f"lab_rows_{axis}"

    def set_widget_defaults(self) -> None:
        """Gives every widget a value to begin with; before the widgets are drawn."""
        self.follow_language()
        st.session_state.setdefault(LabState.mode.key, self.mode)
        st.session_state.setdefault(LabState.lambdas.key, self.lambdas)
        st.session_state.setdefault(LabState.span.key, self.span)
        st.session_state.setdefault(LabState.reach.key, self.reach)
        st.session_state.setdefault(LabState.count.key, self.count)
        st.session_state.setdefault(LabState.axis.key, self.axis)
        for axis, declared in AXES.items():
            st.session_state.setdefault(self.rows_key(axis), list(declared.usual))

    def chosen_lambdas(self) -> tuple[float, ...]:
        """What the widgets say: two to eight λ, rising.

        Raises:
            UserError: if they say no such λ.
        """
        if self.mode == BY_HAND:
            return parse_lambdas(self.lambdas)
        if self.mode == EVENLY:
            return checked_lambdas(evenly(*self.span, self.count))
        return checked_lambdas(around(current_settings().lambdas[0], self.reach, self.count))

    def chosen_rows(self) -> list[str]:
        """Names of the values of the second axis that the widgets say, in the order of the axis."""
        chosen = st.session_state.get(self.rows_key(self.axis), ())
        return [value for value in AXES[self.axis].values if value in chosen] if self.axis else []

    def choose_drawn(self, rows: Sequence[str], lambdas: Sequence[float], selected: float) -> None:
        """Chooses the curves of another grid: all, but no more than can be told apart; before the widgets are drawn.

        Args:
            rows: of the grid.
            lambdas: of the grid.
            selected: the λ that is drawn if all would be too many.
        """
        if self.drawn_of == (rows, lambdas):
            return
        self.drawn_of = rows, lambdas
        self.drawn_rows = list(rows)[:MOST_CURVES]
        self.drawn_lambdas = list(lambdas) if len(rows) * len(lambdas) <= MOST_CURVES else [selected]

    def set_lambdas(self, lambdas: Collection[float]) -> None:
        """Writes λ into the field unless they are too many; before the field is drawn, or in a callback."""
        if len(lambdas) <= MOST:
            self.mode = BY_HAND
            self._write(lambdas)

    def follow_language(self) -> None:
        """Writes λ as the reader's language does if that is another one by now; before the field is drawn.

        What can't be read as λ stays as it is.
        """
        if self.written_for != reader():
            self.written_for = reader()  # also where λ can't be read: they are not tried again
            with suppress(UserError):
                self._write(parse_lambdas(self.lambdas))

    def _write(self, lambdas: Collection[float]) -> None:
        decimal, _thousands = separators(reader())
        self.written_for = reader()
        self.lambdas = lambdas_to_text(sorted(lambdas), " " if decimal == "," else ", ", decimal)
