"""What visitors have put into the gallery: a click takes the settings, whoever has added a picture removes it."""

from __future__ import annotations

from functools import partial
from typing import cast

import streamlit as st

from stylecore.engine.exhibition import Exhibit, Exhibition
from stylecore.ui.components import Item, gallery
from stylecore.ui.gallery.items import WALL_SIDE, wall_item
from stylecore.ui.gallery.opening import open_studio
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.server import get_exhibition
from stylecore.ui.state.chosen import choose_sample
from stylecore.ui.state.sources import Role
from stylecore.ui.widgets.settings import load_settings

_KEY = "operator_key"  # of the widget
_WORDS = {"content": "photograph", "style": "style"}  # for pictures that are no samples


def show_visitors_wall(owner: str) -> None:
    """Draws the pictures with a way to remove one's own; nothing where the operator takes none.

    Args:
        owner: the visitor.
    """
    exhibition = get_exhibition()
    if not exhibition.most:
        return
    exhibits = exhibition.all()
    st.subheader("By visitors", anchor=False)
    if not exhibits:
        st.caption("Nobody has shown a picture yet. The Studio has a button for it below each finished result.")
    else:
        gallery(
            list(map(_item, exhibits)),
            None,
            key="visitors_wall",
            label="Pictures of visitors",
            on_choice=partial(_open, exhibition),
            side=WALL_SIDE,
            wall=True,
        )
    key = _operator_input() if exhibition.has_operator else ""
    operator = exhibition.is_operator(key)
    if key and not operator:
        st.error("That is not the key that this server was started with.", icon=":material/key_off:")
    removable = {n: exhibit for n, exhibit in enumerate(exhibits, start=1) if operator or exhibit.owner == owner}
    with st.container(horizontal=True, gap="small", key="remove_exhibits"):
        for number, exhibit in removable.items():
            st.button(
                f"Remove picture {number}",
                icon=":material/delete:",
                key=f"remove_exhibit_{exhibit.id}",
                type="tertiary",
                on_click=guarded_callback(exhibition.remove),
                args=(exhibit.id, owner, key),
            )


def _operator_input() -> str:
    with st.popover("Operator", icon=":material/key:", type="tertiary", key="operator"):
        return st.text_input("Key", type="password", key=_KEY)


def _open(exhibition: Exhibition, name: str) -> None:
    exhibit = exhibition.get(name)
    if exhibit is None:
        return
    load_settings(exhibit.config)
    for role, sample in exhibit.samples.items():
        choose_sample(cast(Role, role), sample)
    open_studio()


def _item(exhibit: Exhibit) -> Item:
    content, style = (exhibit.samples.get(role, f"another {what}") for role, what in _WORDS.items())
    lam = exhibit.config.lambdas[0]
    return wall_item(exhibit.id, exhibit.picture, f"{content} · {style}", lam, exhibit.config, "its settings")
