"""Choosing a picture: what is chosen, the visitor's own and the samples, and a field for another file."""

from __future__ import annotations

from functools import cache, partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from stylecore.config import TransferConfig
from stylecore.engine.cost import used_sizes
from stylecore.errors import UserError
from stylecore.imaging.scaling import enlarged_notice
from stylecore.language import _
from stylecore.ui.components import Cover, Item, data_url, gallery
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.server import get_engine, get_visitor_store
from stylecore.ui.state.chosen import (
    choose,
    choose_sample,
    chosen,
    chosen_pair,
    refusal_of,
    remove_own,
    swap_pair,
)
from stylecore.ui.state.names import shown
from stylecore.ui.state.sources import OWN, Role, Source, samples
from stylecore.ui.visitors import visitor_name
from stylecore.ui.widgets.thumbnails import own_thumbnail, thumbnail
from stylecore.ui.widgets.uploads import TITLES, camera_button, forget_dropped, upload_input

OWN_SHOWN = 12  # pictures of the visitor's own in a gallery, where each can be chosen and removed


def pair_input(settings: TransferConfig | None) -> tuple[Source, Source]:
    """Photograph and style side by side.

    Args:
        settings: which say at what size the pictures will be used; None if they make no sense.

    Returns:
        Both.
    """
    content, style = chosen_pair()
    used: tuple[tuple[int, int] | None, tuple[int, int] | None] = (None, None)
    if settings is not None:
        try:
            contents, styles = used_sizes([content.size], [style.size], settings)
            used = contents[0], styles[0]
        except UserError:  # too narrow a picture; below the Run button it says so
            pass
    left, right = st.columns(2, wrap=False, gap="small")
    with left:
        content_place = _fields("content")
    with right:
        style_place = _fields("style")
    with content_place:  # filled when both fields have been looked at: each gallery has what came into either
        _show_chosen("content", used[0])
    with style_place:
        _show_chosen("style", used[1])
    for role in ("content", "style"):  # over the whole width: λ has to stay in sight
        _show_refusal(role)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="pair_tools"
    ):
        st.button(
            _("Swap"),
            icon=":material/swap_horiz:",
            key="swap",
            type="tertiary",
            on_click=guarded_callback(swap_pair),
        )
        st.caption(_("Your own: up to {most} MB", most=get_engine().limits.max_upload_mb), width="content")
        camera_button("content", "style")
    return content, style


def picture_input(role: Role, used: tuple[int, int] | None = None) -> Source | None:
    """Shows what is chosen, the samples, and a field for the visitor's own file.

    Args:
        role: of the picture.
        used: width and height at which it will be used; None while that is unknown.

    Returns:
        The chosen picture; None where there is none to start from.
    """
    place = _fields(role)
    with place:
        source = _show_chosen(role, used)
        _show_refusal(role)
    return source


def _fields(role: Role) -> DeltaGenerator:
    """Draws the title and the field for files. Returns the place between them."""
    st.markdown(f"**{_(TITLES[role])}**")
    place = st.container(gap="xsmall", key=f"chosen_{role}")
    upload_input(role)
    return place


def _show_chosen(role: Role, used: tuple[int, int] | None) -> Source | None:
    """Draws what is chosen, what else there is to choose, and what is to be said of it. Returns the chosen picture."""
    source, own = chosen(role), _own_items()
    gallery(
        [*own, *_sample_items(role)],
        source.word if source is not None else None,
        key=f"gallery_{role}",
        label=_("{title}: yours, and samples", title=TITLES[role]),
        on_choice=partial(_choose_item, role),
        side=33,
        cover=_cover(role, source, used) if source is not None else None,
        pinned=bool(own),  # whatever role it was given for, it is at hand for the others
    )
    if source is not None and not source.sample:
        st.button(
            _("Remove"),
            icon=":material/delete:",
            key=f"remove_own_{role}",
            type="tertiary",
            help=_("Remove this picture; results painted with it stay."),
            on_click=guarded_callback(_remove),
            args=(role, source.token),
        )
    if source is not None and not refusal_of(role):
        for notice in _notices(source, used):
            st.warning(_(notice), icon=":material/image:")
    return source


def _show_refusal(role: Role) -> None:
    """Says why the newest upload could not be used, if so."""
    if refusal := refusal_of(role):
        st.error(_(refusal), icon=":material/broken_image:")


def _notices(source: Source, used: tuple[int, int] | None) -> list[str]:
    """Sentences on what is wrong with a picture that can be used."""
    enlarged = enlarged_notice(source.size, max(used)) if used is not None else ""
    return [*source.notices, *([enlarged] if enlarged else [])]


def _cover(role: Role, source: Source, used: tuple[int, int] | None) -> Cover:
    name = shown(source.name)
    size = f"{source.size[0]} × {source.size[1]}" + (f" → {used[0]} × {used[1]}" if used else "")
    alt = _("{title}: {name}", title=TITLES[role], name=name)
    return Cover(url=data_url(source.preview), alt=alt, caption=name, size=size)


def _choose_item(role: Role, name: str) -> None:
    """Makes a picture of the gallery the chosen one."""
    own = get_visitor_store().find_source(visitor_name(), name.removeprefix(f"{OWN}-"))
    if own is not None:
        choose(role, own)
    else:
        choose_sample(role, name)


def _remove(role: Role, token: str) -> None:
    source = chosen(role)
    if source is not None and source.token == token:
        forget_dropped()
        remove_own(visitor_name(), source)


def _own_items() -> list[Item]:
    """The visitor's own pictures, the newest first: none is lost when another is chosen."""
    owner = visitor_name()
    return [
        Item(id=source.word, label=shown(source.name), url=own_thumbnail(owner, source), note="")
        for source in get_visitor_store().own_sources(owner)[:OWN_SHOWN]
    ]


def _sample_items(role: Role) -> list[Item]:
    return [Item(id=name, label=shown(name), url=url, note="") for name, url in _sample_thumbnails(role).items()]


@cache
def _sample_thumbnails(role: Role) -> dict[str, str]:
    return {name: thumbnail(path.read_bytes()) for name, path in samples(role).items()}
