"""What visitors have put into the gallery: a click takes the settings, whoever has added a picture removes it."""

from __future__ import annotations

from functools import partial
from typing import cast

import streamlit as st

from stylecore.engine.exhibition import Exhibit, Exhibition
from stylecore.language import Sentence, _
from stylecore.ui.components import Item, gallery
from stylecore.ui.gallery.items import WALL_SIDE, wall_item
from stylecore.ui.gallery.opening import open_studio
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.server import get_exhibition
from stylecore.ui.state.chosen import choose_sample
from stylecore.ui.state.names import pair_name
from stylecore.ui.state.sources import Role
from stylecore.ui.widgets.settings import load_settings

_KEY = "operator_key"  # of the widget
_OTHERS = {"content": Sentence("another photograph"), "style": Sentence("another style")}  # where they are no samples


def show_visitors_wall(owner: str) -> None:
    """Draws the pictures with a way to remove one's own; nothing where the operator takes none.

    Args:
        owner: the visitor.
    """
    exhibition = get_exhibition()
    if not exhibition.most:
        return
    exhibits = exhibition.all()
    st.subheader(_("By visitors"), anchor=False)
    if not exhibits:
        st.caption(_("Nobody has shown a picture yet. The Studio has a button for it below each finished result."))
    else:
        gallery(
            list(map(_item, exhibits)),
            None,
            key="visitors_wall",
            label=_("Pictures of visitors"),
            on_choice=partial(_open, exhibition),
            side=WALL_SIDE,
            wall=True,
        )
    key = _operator_input() if exhibition.has_operator else ""
    operator = exhibition.is_operator(key)
    if key and not operator:
        st.error(_("That is not the key that this server was started with."), icon=":material/key_off:")
    removable = {n: exhibit for n, exhibit in enumerate(exhibits, start=1) if operator or exhibit.owner == owner}
    with st.container(horizontal=True, gap="small", key="remove_exhibits"):
        for number, exhibit in removable.items():
            st.button(
                _("Remove picture {number}", number=number),
                icon=":material/delete:",
                key=f"remove_exhibit_{exhibit.id}",
                type="tertiary",
                on_click=guarded_callback(exhibition.remove),
                args=(exhibit.id, owner, key),
            )


def _operator_input() -> str:
    with st.popover(_("Operator"), icon=":material/key:", type="tertiary", key="operator"):
        return st.text_input(_("Key"), type="password", key=_KEY)


def _open(exhibition: Exhibition, name: str) -> None:
    exhibit = exhibition.get(name)
    if exhibit is None:
        return
    load_settings(exhibit.config)
    for role, sample in exhibit.samples.items():
        choose_sample(cast(Role, role), sample)
    open_studio()


def _item(exhibit: Exhibit) -> Item:
    pair = pair_name(*(exhibit.samples.get(role, other) for role, other in _OTHERS.items()))
    lam = exhibit.config.lambdas[0]
    label = _("{pair}, λ = {lam:.3g}: open its settings in the Studio", pair=pair, lam=lam)
    return wall_item(exhibit.id, exhibit.picture, pair, lam, exhibit.config, label)
