"""More styles beside the first, how they are mixed, and where they go: two buttons as long as nothing of it is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from stylecore.language import _, number, percent_sign, reader
from stylecore.ui.components import Part, mix_strip
from stylecore.ui.page import plain
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.state.chosen import chosen_styles
from stylecore.ui.state.mix import set_weights, shares, weight_of
from stylecore.ui.state.names import shown
from stylecore.ui.state.regions import current_masks
from stylecore.ui.state.sources import STYLES, Role, Source
from stylecore.ui.state.styles import add_style, close_gaps, drop_style
from stylecore.ui.visitors import visitor_name
from stylecore.ui.widgets.picture_input import picture_input
from stylecore.ui.widgets.regions_input import regions_input
from stylecore.ui.widgets.thumbnails import source_thumbnail

SMALLEST_WEIGHT = 0.05  # of three styles and more, so that some style counts everywhere


def styles_input(on_mix: Callable[[], object] = lambda: None) -> dict[Role, Source]:
    """Draws what adds, chooses, mixes and removes styles beside the first one, and what says where they go.

    Args:
        on_mix: called when weights have been changed.

    Returns:
        All style pictures by role, that of the first included.
    """
    close_gaps(visitor_name())
    styles = chosen_styles()
    for place, (role, source) in list(enumerate(styles.items(), start=1))[1:]:
        _style_input(place, role, source)
    for roles in _sharing(list(styles)):
        _mix_input(roles, styles, on_mix)
    with st.container(horizontal=True, gap="small", key="more_styles"):
        if len(styles) < len(STYLES):
            st.button(
                _("Add a style"),
                icon=":material/add:",
                key="add_style",
                type="tertiary",
                on_click=guarded_callback(add_style),
            )
        regions_input()
    return styles


def _style_input(place: int, role: Role, source: Source) -> None:
    """Draws one further style: its name, behind it the gallery and a field for a file, and what removes it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"more_{role}"):
        label = _("Style {number}: {name}", number=place, name=plain(shown(source.name)))
        with st.popover(label, icon=":material/palette:", key=f"choose_{role}"):
            picture_input(role)
        st.button(
            _("Remove"),
            icon=":material/close:",
            key=f"drop_{role}",
            type="tertiary",
            on_click=guarded_callback(drop_style),
            args=(visitor_name(), role),
        )


def _mix_input(roles: Sequence[Role], styles: dict[Role, Source], on_mix: Callable[[], object]) -> None:
    """Draws what mixes the styles that share a place: one slider for two, a weight for each of more."""
    names = [shown(styles[role].name) for role in roles]
    owner = visitor_name()
    parts = shares([weight_of(role) for role in roles])
    labels = [f"{number(share, '.0%')} {name}" for share, name in zip(parts, names, strict=True)]
    mix_strip(
        [
            Part(url=source_thumbnail(owner, styles[role]), share=share, label=label)
            for role, share, label in zip(roles, parts, labels, strict=True)
        ],
        key=f"mix_{roles[0]}",
        label=_("Mix: {parts}", parts=", ".join(labels)),
    )
    if len(roles) == 2:
        key = f"mix_of_{'_'.join(roles)}"
        st.session_state[key] = round(100 * parts[1])
        st.slider(
            _("Mix: how much of {name}", name=plain(names[1])),
            0,
            100,
            key=key,
            format=f"%d{percent_sign(reader())}%",
            label_visibility="collapsed",  # the strip above says it
            on_change=guarded_callback(partial(_set_mix, key, roles, on_mix)),
        )
        return
    columns = st.columns(2, wrap=False)
    for i, (role, name) in enumerate(zip(roles, names, strict=True)):
        key = f"weight_of_{role}"
        st.session_state[key] = min(max(weight_of(role), SMALLEST_WEIGHT), 1.0)
        columns[i % 2].slider(
            _("Weight of {name}", name=plain(name)),
            SMALLEST_WEIGHT,
            1.0,
            step=0.05,
            key=key,
            on_change=guarded_callback(partial(_set_weight, key, role, on_mix)),
        )


def _sharing(roles: Sequence[Role]) -> list[list[Role]]:
    """The styles that share a place with others, place by place."""
    masks = current_masks()
    places: dict[bytes, list[Role]] = {}
    for role in roles:
        places.setdefault(masks.get(role, b""), []).append(role)
    return [sharing for sharing in places.values() if len(sharing) > 1]


def _set_mix(key: str, roles: Sequence[Role], on_mix: Callable[[], object]) -> None:
    percent = st.session_state[key]
    set_weights(dict(zip(roles, ((100 - percent) / 100, percent / 100), strict=True)))
    on_mix()


def _set_weight(key: str, role: Role, on_mix: Callable[[], object]) -> None:
    set_weights({role: st.session_state[key]})
    on_mix()
