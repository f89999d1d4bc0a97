"""What a dropped picture's recipe offers; and what of a link or a recipe could not be restored."""

from __future__ import annotations

import streamlit as st

from stylecore.artifacts.recipe import Recipe
from stylecore.engine.engine import Engine
from stylecore.language import _, number
from stylecore.ui.page import plain
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.state.chosen import choose, problems, tell_problems
from stylecore.ui.state.names import shown
from stylecore.ui.state.restore import restore_recipe
from stylecore.ui.widgets.uploads import dropped_picture, forget_dropped


def dropped_recipe(engine: Engine, owner: str) -> None:
    """Offers to restore the settings of a picture that was made here and dropped onto the page."""
    if told := problems():
        st.warning("  \n".join(plain(_(problem)) for problem in told), icon=":material/info:")
    dropped = dropped_picture()
    if dropped is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="dropped_recipe"):
        st.markdown(_made_with(plain(shown(dropped.name)), dropped.recipe))
        st.button(
            _("Restore its settings"),
            icon=":material/settings_backup_restore:",
            key="restore",
            type="primary",
            on_click=guarded_callback(_restore),
            args=(engine, owner),
        )
        st.button(
            _("Just use the picture"), key="no_restore", type="tertiary", on_click=guarded_callback(forget_dropped)
        )


def _made_with(name: str, recipe: Recipe) -> str:
    lambdas, size = "; ".join(number(lam, ".3g") for lam in recipe.config.lambdas), recipe.config.size
    if not recipe.changes:
        return _("{name} was made here, with λ = {lambdas} at {size} pixels.", name=name, lambdas=lambdas, size=size)
    return _(
        "{name} was made here, with λ = {lambdas}, later {last:.3g}, at {size} pixels.",
        name=name,
        lambdas=lambdas,
        last=recipe.changes[-1][1],
        size=size,
    )


def _restore(engine: Engine, owner: str) -> None:
    dropped = dropped_picture()
    if dropped is None:
        return
    forget_dropped()
    if dropped.before is not None and not dropped.before.erased:
        choose(dropped.role, dropped.before)  # the dropped picture was not meant to be the next one's content
    tell_problems(restore_recipe(engine, owner, dropped.recipe))
