"""What a dropped picture's recipe offers; and what of a link or a recipe could not be restored."""

from __future__ import annotations

import streamlit as st

from stylecore.artifacts.recipe import Recipe
from stylecore.engine.engine import Engine
from stylecore.ui.page import plain
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.state.chosen import choose, problems, tell_problems
from stylecore.ui.state.restore import restore_recipe
from stylecore.ui.widgets.uploads import dropped_picture, forget_dropped


def dropped_recipe(engine: Engine, owner: str) -> None:
    """Offers to restore the settings of a picture that was made here and dropped onto the page."""
    if told := problems():
        st.warning("  \n".join(map(plain, told)), icon=":material/info:")
    dropped = dropped_picture()
    if dropped is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="dropped_recipe"):
        size = dropped.recipe.config.size
        st.markdown(f"{plain(dropped.name)} was made here, with λ = {_lambdas(dropped.recipe)} at {size} pixels.")
        st.button(
            "Restore its settings",
            icon=":material/settings_backup_restore:",
            key="restore",
            type="primary",
            on_click=guarded_callback(_restore),
            args=(engine, owner),
        )
        st.button("Just use the picture", key="no_restore", type="tertiary", on_click=guarded_callback(forget_dropped))


def _lambdas(recipe: Recipe) -> str:
    later = f", later {recipe.changes[-1][1]:.3g}," if recipe.changes else ""
    return ", ".join(f"{lam:.3g}" for lam in recipe.config.lambdas) + later


def _restore(engine: Engine, owner: str) -> None:
    dropped = dropped_picture()
    if dropped is None:
        return
    forget_dropped()
    if dropped.before is not None and not dropped.before.erased:
        choose(dropped.role, dropped.before)  # the dropped picture was not meant to be the next one's content
    tell_problems(restore_recipe(engine, owner, dropped.recipe))
