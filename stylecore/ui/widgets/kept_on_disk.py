"""What a visitor is told of where the server keeps pictures; on a person's own machine, a button that empties it."""

from __future__ import annotations

import streamlit as st

from stylecore.engine.store.store import KEPT_DAYS
from stylecore.language import Sentence, _
from stylecore.ui.page import plain
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.server import get_store
from stylecore.ui.state.chosen import forget_everybody
from stylecore.ui.state.session import SessionValue
from stylecore.ui.store_place import is_own_machine

IN_MEMORY = Sentence(
    "**Your pictures** stay in the memory of this server, for you alone, until you remove them, it needs the room "
    "(then it tells you) or is restarted. They are written to no disk, and nothing is sent anywhere else. A cookie, "
    "forgotten when you close the browser, lets a reload find your running picture."
)
ON_DISK = Sentence(
    "**Your pictures** stay on this server, in its memory and on its disk, for you alone, until you remove them, it "
    "needs the room (then it tells you), or you have not come back for {days} days. Nothing is sent anywhere else. A "
    "cookie lets this browser find them again, also after the server was restarted.",
    days=KEPT_DAYS,
)


class _State:
    """Of this tab.

    Attributes:
        emptied: whether the button was pressed just now.
    """

    prefix = "kept_on_disk"
    emptied = SessionValue[bool](False)


def where_pictures_stay() -> None:
    """Draws where pictures stay, what is wrong with that, and on a person's own machine where and how much it is."""
    writer = get_store()
    store = writer.store
    st.markdown(_(IN_MEMORY if store is None else ON_DISK))
    own = is_own_machine()
    for sentence in filter(None, (writer.told, writer.moved)):
        words = _(sentence) if own else _("This server can't keep everything on its disk at the moment.")
        st.warning(plain(words), icon=":material/warning:")
    if store is None or not own:
        return
    used, budget = store.used / 1e6, store.budget / 1e6
    st.markdown(
        _("On disk in `{folder}`: {used:.1f} of {budget:.0f} MB.", folder=store.folder, used=used, budget=budget)
    )
    with st.popover(_("Empty this folder"), icon=":material/folder_delete:", key="empty_store"):
        st.markdown(
            _(
                "Deletes all results and uploads on this machine, of all browsers that were used with it, from memory "
                "and disk. Nothing of it can be brought back."
            )
        )
        label, empty = _("Yes, delete everything of everybody"), guarded_callback(_empty)
        st.button(label, type="primary", key="empty_store_now", on_click=empty)
    if _State().emptied:
        _State().emptied = False
        st.success(_("The folder is empty."), icon=":material/check_circle:")


def _empty() -> None:
    forget_everybody()
    _State().emptied = True
