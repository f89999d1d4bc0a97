"""What visitors have put into the gallery: a click takes the settings, whoever has added a picture removes it."""

from __future__ import annotations

from functools import partial
from typing import cast

import streamlit as st

from stylecore.config import SETTINGS
from stylecore.engine.exhibition import Exhibit, Exhibition
from stylecore.ui.components import Item, data_url, gallery
from stylecore.ui.gallery.opening import open_studio
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.server import get_exhibition
from stylecore.ui.state.chosen import choose_sample
from stylecore.ui.state.sources import Role
from stylecore.ui.widgets.settings import load_settings

SIDE = 220  # pixels of the width of each, at least
_KEY = "operator_key"  # of the widget


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
            side=SIDE,
            wall=True,
        )
    key = _operator_input() if exhibition.has_operator else ""
    operator = exhibition.is_operator(key)
    if key and not operator:
        st.error("That is not the key that this server was started with.", icon=":material/key_off:")
    removable = [exhibit for exhibit in exhibits if operator or exhibit.owner == owner]
    if removable:
        _remove_input(exhibition, owner, key, removable, [exhibit.id for exhibit in exhibits])


def _operator_input() -> str:
    with st.popover("Operator", icon=":material/key:", type="tertiary", key="operator"):
        return st.text_input("Key", type="password", key=_KEY)


def _remove_input(exhibition: Exhibition, owner: str, key: str, removable: list[Exhibit], order: list[str]) -> None:
    with st.container(horizontal=True, gap="small", key="remove_exhibits"):
        for exhibit in removable:
            st.button(
                f"Remove picture {order.index(exhibit.id) + 1}",
                icon=":material/delete:",
                key=f"remove_exhibit_{exhibit.id}",
                type="tertiary",
                on_click=guarded_callback(exhibition.remove),
                args=(exhibit.id, owner, key),
            )


def _open(exhibition: Exhibition, name: str) -> None:
    exhibit = exhibition.get(name)
    if exhibit is None:
        return
    load_settings(exhibit.config)
    for role, sample in exhibit.samples.items():
        choose_sample(cast(Role, role), sample)
    open_studio()


def _item(exhibit: Exhibit) -> Item:
    described = SETTINGS["statistic"].labels[exhibit.config.statistic]
    content = exhibit.samples.get("content", "another photograph")
    pair = f"{content} · {exhibit.samples.get('style', 'another style')}"
    lam = exhibit.config.lambdas[0]
    return Item(
        id=exhibit.id,
        label=f"{pair}, λ = {lam:.3g}: open its settings in the Studio",
        url=data_url(exhibit.picture),
        note=f"{pair}\nλ {lam:.3g} · {described}",
    )
