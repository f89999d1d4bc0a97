"""Files that a visitor gives: from disk or from the camera; checked, chosen, and taken out of streamlit's own store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from stylecore.artifacts.recipe import Recipe, RecipeError, read_recipe
from stylecore.errors import ImageError, UserError
from stylecore.imaging.images import MAX_PIXELS
from stylecore.ui.page import plain
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.server import get_engine
from stylecore.ui.state.chosen import choose, chosen, forget_refusals, tell_refusal
from stylecore.ui.state.session import SessionValue
from stylecore.ui.state.sources import Role, Source, make_source
from stylecore.ui.state.upload_store import release_upload
from stylecore.ui.widgets.image_inputs import TYPES

TITLES: dict[Role, str] = {
    "content": "Photograph",
    "style": "Style",
    "style2": "Style 2",
    "style3": "Style 3",
    "style4": "Style 4",
    "style5": "Style 5",
    "init": "Picture to start from",
}


@dataclass(frozen=True, slots=True)
class Dropped:
    """A picture made here that was dropped onto the page.

    Attributes:
        recipe: that is in the file.
        name: of the file.
        role: where it was dropped.
        before: what was chosen there before.
    """

    recipe: Recipe
    name: str
    role: Role
    before: Source | None


class _State:
    """Of this tab.

    Attributes:
        counts: files taken over for each role. The field's key has this number: a new field is an empty one.
        dropped: the newest upload, if it was made here and nothing has been decided about it.
    """

    prefix = "uploads"
    counts = SessionValue[Mapping[Role, int]]({})
    dropped = SessionValue[Dropped | None](None)


def upload_input(role: Role) -> None:
    """A field for the visitor's own file, which becomes the chosen picture."""
    key = f"upload_{role}_{_count(role)}"
    st.file_uploader(
        f"Your own {TITLES[role].lower()}: drop a file of up to {MAX_PIXELS // 10**6} million pixels here",
        type=TYPES,
        key=key,
        label_visibility="collapsed",
        max_upload_size=get_engine().limits.max_upload_mb,
        on_change=guarded_callback(_take_over),
        args=(role, key),
    )


def camera_input(*roles: Role) -> None:
    """A field for a picture from the camera; the browser asks for it only once this is open."""
    with st.popover("Camera", icon=":material/photo_camera:", type="tertiary", key="camera", on_change="rerun") as box:
        if not box.open:
            return
        role = st.segmented_control(
            "Use it as", roles, default=roles[0], required=True, format_func=TITLES.__getitem__, key="camera_role"
        )
        key = f"shot_{role}_{_count(role)}"
        st.camera_input(
            f"{TITLES[role]} from the camera",
            key=key,
            label_visibility="collapsed",
            on_change=guarded_callback(_take_over),
            args=(role, key),
        )


def dropped_picture() -> Dropped | None:
    """The newest upload, if it was made here and nothing has been decided about it."""
    return _State().dropped


def forget_dropped() -> None:
    """Takes the newest upload as a picture like any other."""
    _State().dropped = None


def _count(role: Role) -> int:
    return _State().counts.get(role, 0)


def _take_over(role: Role, key: str) -> None:
    """Makes an uploaded file the chosen picture, or says why not; what was chosen before is never lost."""
    file, state = st.session_state.get(key), _State()
    if file is None:
        return
    forget_refusals()  # what was said of an earlier upload, in whichever field, is not about this one
    state.counts = {**state.counts, role: _count(role) + 1}
    data, name = file.getvalue(), "From the camera" if key.startswith("shot") else file.name
    release_upload(file.file_id)
    before, most = chosen(role), get_engine().limits.max_upload_mb
    try:
        if len(data) > most * 2**20:  # only the browser enforces the field's own limit
            raise ImageError(f"This picture has more than {most} MB: save it smaller first.")
        choose(role, make_source(name, data))
    except UserError as error:
        tell_refusal(role, f"{plain(name[:60])}: {error}")
        return
    try:
        state.dropped = Dropped(read_recipe(data, name), name, role, before)
    except RecipeError:
        state.dropped = None
