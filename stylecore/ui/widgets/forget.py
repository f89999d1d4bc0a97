"""A button that takes everything of a visitor off the server."""

from __future__ import annotations

import streamlit as st

from stylecore.language import _
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.state.chosen import forget_everything
from stylecore.ui.state.session import SessionValue
from stylecore.ui.widgets.uploads import forget_dropped


class _State:
    """Of this tab.

    Attributes:
        done: whether the button was pressed just now.
    """

    prefix = "forget"
    done = SessionValue[bool](False)


def forget_everything_button(owner: str) -> None:
    """Draws the button, behind another one that asks whether it is meant."""
    with st.popover(_("Delete everything of mine"), icon=":material/delete_forever:", key="forget"):
        st.markdown(
            _(
                "Ends your runs and deletes your results and uploads from this server, in all tabs of this browser. "
                "Nothing of it can be brought back."
            )
        )
        st.button(
            _("Yes, delete everything"),
            type="primary",
            key="forget_everything",
            on_click=guarded_callback(_forget),
            args=(owner,),
        )
    if _State().done:
        _State().done = False
        st.success(_("Everything of yours is gone from this server."), icon=":material/check_circle:")


def _forget(owner: str) -> None:
    forget_dropped()
    forget_everything(owner)
    _State().done = True
