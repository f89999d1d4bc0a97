"""Download buttons whose files are made on demand, and kept until the browser has fetched them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

import streamlit as st
from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx


def download(
    label: str,
    make: Callable[[], bytes],
    name: str,
    mime: str,
    *,
    key: str,
    icon: str | None = ":material/download:",
    help: str | None = None,
    width: Literal["content", "stretch"] = "content",
    kind: Literal["secondary", "tertiary"] = "secondary",
) -> None:
    """A download button whose file is made when it is clicked.

    Args:
        label: of the button.
        make: gives the file's bytes.
        name: of the file.
        mime: its type.
        key: streamlit's.
        icon: streamlit's.
        help: streamlit's.
        width: streamlit's.
        kind: streamlit's `type`.
    """
    held = _held(make, name, mime)
    st.download_button(
        label, held, name, mime, on_click="ignore", key=key, icon=icon, help=help, width=width, type=kind
    )


def _held(make: Callable[[], bytes], name: str, mime: str) -> Callable[[], bytes]:
    """Makes the file and tells streamlit that this session uses it.

    Without that streamlit 1.67 deletes the file as soon as any two pages have been drawn, whoever's they are: on a busy
    server that is before the browser has fetched it.
    """
    context = get_script_run_ctx()

    def make_and_hold() -> bytes:
        data = make()
        if context is not None and exists():
            arguments = (data, mime, f"held {name}", name, True)
            holder = threading.Thread(target=get_instance().media_file_mgr.add, args=arguments)
            add_script_run_ctx(holder, context).start()  # streamlit knows a session by its thread
            holder.join()
        return data

    return make_and_hold
