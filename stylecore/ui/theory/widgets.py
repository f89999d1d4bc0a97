"""What the parts of the theory page are built from: a part's place, and a matrix that can be changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from stylecore.ui.components import matrix
from stylecore.ui.theory.worked_examples import Rows

LARGEST_ENTRY = 9  # of a matrix that can be changed

Texts = Mapping[str, str]  # in the reader's language, by key


def part(t: Texts, name: str) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Draws the heading of a part.

    Args:
        t: texts.
        name: of the part, as the keys of its texts begin.

    Returns:
        A place for its text, and one for its example.
    """
    st.header(t[f"{name}_title"], anchor=False, divider="gray")
    text, example = st.columns(2, gap="large")
    return text, example


def matrix_input(rows: Rows, name: str, label: str, on_change: Callable[[Rows], None]) -> None:
    """Draws a matrix whose entries can be changed.

    Args:
        rows: whole numbers, as they are now.
        name: of the picture whose features these are, as in F(name).
        label: above the matrix.
        on_change: gets the new numbers before the page runs again.
    """
    st.markdown(f"**{label}**")
    width = len(rows[0])

    def change(values: list[int]) -> None:
        on_change(tuple(tuple(values[i : i + width]) for i in range(0, len(values), width)))

    matrix(
        [[int(value) for value in row] for row in rows],
        key=f"matrix_{name}",
        name=f"F({name})",
        label=label,
        largest=LARGEST_ENTRY,
        on_change=change,
    )
