"""What every page begins with: title, navigation, the engine and the visitor; and what becomes of its errors."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.engine.store.store import KEPT_DAYS
from stylecore.errors import UserError
from stylecore.language import Sentence, _, counted
from stylecore.ui.components import page_speaks, settings_replace_address
from stylecore.ui.page_errors import errors_shown, guarded, show_callback_error
from stylecore.ui.server import get_engine, get_store, get_visitor_store
from stylecore.ui.state.language import settle_language
from stylecore.ui.state.names import shown
from stylecore.ui.state.page_state import page_changed, page_opened
from stylecore.ui.visitors import visitor
from stylecore.ui.widgets.language_switch import language_switch

_log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0  # between two signs of life; a third of the grace time if that is less

STYLES = Path(__file__).with_name("page.css")

PAGES = {
    "app.py": (Sentence("Studio"), ":material/brush:"),
    "pages/lambda_lab.py": (Sentence("λ lab"), ":material/compare:"),
    "pages/gallery.py": (Sentence("Gallery"), ":material/photo_library:"),
    "pages/layers.py": (Sentence("Layers"), ":material/layers:"),
    "pages/theory.py": (Sentence("Theory"), ":material/function:"),
    "pages/about.py": (Sentence("About"), ":material/info:"),
}


@contextmanager
def page(title: str) -> Iterator[tuple[Engine, str]]:
    """Sets a page up for the body of the `with` statement, and turns errors in that body into a sentence.

    Args:
        title: of the page and the browser's tab, in English.

    Yields:
        The server's engine, and the visitor's name.
    """
    with errors_shown():
        yield start_page(title)


def heading(title: str, words: str = "") -> None:
    """Draws what a page is about: its one title, and a line below that a phone leaves out."""
    with st.container(gap=None, key="heading"):
        st.title(title, anchor=False)
        if words:
            st.caption(words)


def start_page(title: str) -> tuple[Engine, str]:
    """Draws the head of a page; `page` calls it.

    Args:
        title: of the page and the browser's tab, in English.

    Returns:
        The server's engine, and the visitor's name.
    """
    page_opened(title)
    language = settle_language()
    full_title = " · ".join((_(title), _("Neural style transfer")))
    st.set_page_config(page_title=full_title, page_icon="🎨", layout="wide")
    st.html(STYLES)
    settings_replace_address()
    page_speaks(language)
    with st.container(horizontal=True, gap="small", key="navigation"):
        with st.container(horizontal=True, gap="small", key="pages"):
            for file, (label, icon) in PAGES.items():
                st.page_link(file, label=_(label), icon=icon)
        language_switch()
    with st.container(key="here"):  # drawn even if empty: if it came and went, everything below would be redrawn
        show_callback_error()
        engine = _engine()
        owner = visitor(engine, KEPT_DAYS if get_store().store is not None else 0)
        jobs = engine.jobs_of(owner)
        get_visitor_store().note_uses(owner, jobs)
        if page_changed():
            get_visitor_store().note_changed([owner])  # who comes back is known to have done so
        _tell_losses(engine, owner)
        if any(not job.ended for job in jobs):
            every = min(HEARTBEAT_SECONDS, engine.limits.grace_seconds / 3)
            st.fragment(guarded(_still_here), run_every=every, key="still_here")(engine, owner)
    return engine, owner


def plain(text: str) -> str:
    """Escapes a text of a stranger for Markdown: it is shown as it was written, without links, pictures or formulas."""
    printable = "".join(character if character.isprintable() else "�" for character in text)
    unlinked = re.sub(r"(?i):(?=//)|www(?=\.)|@", "\\g<0>\u2060", printable)  # Markdown links bare addresses, too
    return re.sub(r"[\\`*\[\]<>$:~!&#|+-]|(?<![^\W_])_|_(?![^\W_])", r"\\\g<0>", unlinked)


def _engine() -> Engine:
    """The server's engine. If it can't start, the page says why and ends; a reload tries again."""
    try:
        return get_engine()
    except UserError as error:
        _log.error("the engine can't start: %s", error)
        st.error(_(error.sentence), icon=":material/error:")
        st.stop()


def _tell_losses(engine: Engine, owner: str) -> None:
    """Tells a visitor what had to go for lack of room; once."""
    results, pictures = engine.take_losses(owner), get_visitor_store().take_losses(owner)
    if results:
        told = counted(
            "One of your older results had to be deleted: this server keeps {kept} MB of results and {uploads} MB of "
            "the pictures they are made from, shared by everybody.",
            "{count} of your older results had to be deleted: this server keeps {kept} MB of results and {uploads} MB "
            "of the pictures they are made from, shared by everybody.",
            results,
            kept=engine.limits.kept_mb,
            uploads=engine.limits.uploads_mb,
        )
        st.warning(_(told), icon=":material/info:")
    if pictures:
        told = Sentence(
            "{names}: there was no room left for this, since the server keeps {uploads} MB of everybody's pictures. "
            "Choose it again, or save it smaller first.",
            names=", ".join(plain(shown(name)) for name in pictures[-3:]),
            uploads=engine.limits.uploads_mb,
        )
        st.warning(_(told), icon=":material/info:")


def _still_here(engine: Engine, owner: str) -> None:
    """Tells the engine that the visitor still waits for what is being computed, whatever page is open."""
    for job in engine.jobs_of(owner):
        if not job.ended:
            engine.heartbeat(job)
