"""The two pictures of a pair: from the samples, by upload, from the camera, or a result of before."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import streamlit as st

from stylecore.artifacts.recipe import Recipe, RecipeError, read_recipe
from stylecore.errors import UserError
from stylecore.imaging.files import read
from stylecore.imaging.images import MAX_PIXELS, ImageError, decode, encode_jpeg
from stylecore.samples import sample_contents, sample_styles
from stylecore.ui.components import Cover, Item, data_url, gallery
from stylecore.ui.page import plain
from stylecore.ui.server import get_engine
from stylecore.ui.state.sources import OWN, Role, Source, make_source
from stylecore.ui.state.visitor_store import get_visitor_store

TYPES = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]
DEFAULTS: dict[Role, str] = {"content": "Chelsea", "style": "Swirling night", "init": ""}
TITLES: dict[Role, str] = {"content": "Photograph", "style": "Style", "init": "Picture to start from"}
THUMBNAIL = 88
OWN_SHOWN = 4  # pictures of the visitor's own in a gallery


@dataclass(frozen=True, slots=True)
class Dropped:
    """A picture made here that was dropped onto the page.

    Attributes:
        recipe: what it says of itself.
        name: of its file.
        role: where it was dropped.
        before: what was chosen there before.
    """

    recipe: Recipe
    name: str
    role: Role
    before: Source | None


@cache
def sample(path: Path, name: str) -> Source:
    """The source of a sample; the package's few are kept in memory, once for all visitors."""
    return make_source(name, read(path), sample=True)


def samples(role: Role) -> dict[str, Path]:
    """The samples for a role by name."""
    return sample_styles() if role == "style" else sample_contents()


def chosen(role: Role) -> Source | None:
    """What the visitor has chosen; a sample where nothing was, and None for a start picture."""
    source: Source | None = st.session_state.get(f"source_{role}")
    if source is None and DEFAULTS[role]:
        source = sample(samples(role)[DEFAULTS[role]], DEFAULTS[role])
    return source


def chosen_pair() -> tuple[Source, Source]:
    """Photograph and style; both have defaults."""
    content, style = chosen("content"), chosen("style")
    assert content is not None
    assert style is not None
    return content, style


def choose(role: Role, source: Source) -> None:
    """Makes a picture the chosen one; the same picture has the same token whenever it is chosen."""
    if not source.sample:
        tokens: dict[tuple[int, int], str] = st.session_state.setdefault("own_tokens", {})
        token = tokens.setdefault((len(source.data), hash(source.data)), source.token)
        source = dataclasses.replace(source, token=token)
    st.session_state[f"source_{role}"] = source
    for said in (f"trouble_{role}", "link_problems"):  # of what was there before
        st.session_state.pop(said, None)


def choose_sample(role: Role, name: str) -> bool:
    """Makes a sample the chosen picture. Returns whether there is one of that name."""
    path = (sample_contents() | sample_styles() | samples(role)).get(name)  # swapped pairs have a link, too
    if path is not None:
        choose(role, sample(path, name))
    return path is not None


def choose_bytes(role: Role, name: str, data: bytes) -> None:
    """Makes a file the chosen picture; known samples are told by their bytes."""
    for known, path in (sample_contents() | sample_styles()).items():
        if sample(path, known).data == data:
            choose(role, sample(path, known))
            return
    choose(role, make_source(name, data))


def picture_input(role: Role, used: tuple[int, int] | None) -> None:
    """Shows what is chosen, the samples, and a field for the visitor's own file.

    Args:
        role: whose.
        used: width and height at which the picture will be used; None while that is unknown.
    """
    source = chosen(role)
    st.markdown(f"**{TITLES[role]}**")
    cover = None
    if source is not None:
        size = f"{source.size[0]} × {source.size[1]}" + (f" → {used[0]} × {used[1]}" if used else "")
        alt = f"{TITLES[role]}: {source.name}"
        cover = Cover(url=data_url(source.preview), alt=alt, caption=f"{source.name} · {size}")
    gallery(
        [*_own_items(), *_sample_items(role)],
        source.word if source is not None else None,
        key=f"gallery_{role}",
        label=f"Yours, and samples: {TITLES[role].lower()}",
        on_choice=partial(_choose_item, role),
        side=33,
        cover=cover,
    )
    if trouble := st.session_state.get(f"trouble_{role}"):
        st.error(trouble, icon=":material/broken_image:")
    key = f"upload_{role}_{_turn(role)}"
    st.file_uploader(
        f"Your own {TITLES[role].lower()}: drop a file of up to {MAX_PIXELS // 10**6} million pixels here",
        type=TYPES,
        key=key,
        label_visibility="collapsed",
        max_upload_size=get_engine().limits.max_upload_mb,
        on_change=_take_over,
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
        key = f"shot_{role}_{_turn(role)}"
        st.camera_input(
            f"{TITLES[role]} from the camera",
            key=key,
            label_visibility="collapsed",
            on_change=_take_over,
            args=(role, key),
        )


def _turn(role: Role) -> int:
    """Number of the present upload field: a new one, and so an empty one, after every file that was taken over."""
    turn: int = st.session_state.get(f"uploads_{role}", 0)
    return turn


def _take_over(role: Role, key: str) -> None:
    """Makes an uploaded file the chosen picture, or says why not; what was chosen before is never lost."""
    file = st.session_state.get(key)
    if file is None:
        return
    st.session_state[f"uploads_{role}"] = _turn(role) + 1
    data, name = file.getvalue(), "From the camera" if key.startswith("shot") else file.name
    before, most = chosen(role), get_engine().limits.max_upload_mb
    try:
        if len(data) > most * 2**20:  # the field's own limit is the browser's to keep
            raise ImageError(f"This picture has more than {most} MB: save it smaller first.")
        choose(role, make_source(name, data))
    except UserError as error:
        st.session_state[f"trouble_{role}"] = f"{plain(name[:60])}: {error}"
        return
    try:
        st.session_state.dropped = Dropped(read_recipe(data, name), name, role, before)
    except RecipeError:
        st.session_state.pop("dropped", None)


def _choose_item(role: Role, name: str) -> None:
    """Makes a picture of the gallery the chosen one."""
    own = get_visitor_store().find(st.session_state.visitor, name.removeprefix(f"{OWN}-"))
    if own is not None:
        choose(role, own)
    else:
        choose_sample(role, name)


def _own_items() -> list[Item]:
    """The visitor's own pictures, the newest first: none is lost when another is chosen."""
    own = get_visitor_store().own(st.session_state.visitor)[:OWN_SHOWN]
    return [Item(id=source.word, label=source.name, url=thumbnail_url(source.preview), note="") for source in own]


@cache
def _sample_items(role: Role) -> list[Item]:
    return [
        Item(id=name, label=name, url=thumbnail_url(path.read_bytes()), note="") for name, path in samples(role).items()
    ]


@st.cache_data(max_entries=200, show_spinner=False)
def thumbnail_url(data: bytes) -> str:
    """A small square of a picture as an address that a page can show.

    Raises:
        ImageError: if it is no picture that can be used.
    """
    picture = decode(data)
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    box = (left, top, left + side, top + side)
    square = picture.resize((THUMBNAIL, THUMBNAIL), box=box, reducing_gap=2.0)
    return data_url(encode_jpeg(square, 80))
