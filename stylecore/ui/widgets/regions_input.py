"""Where the styles go and what is left alone: a button, and behind it a dialog with the brush."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from stylecore.errors import ImageError, UserError
from stylecore.language import Sentence, _, counted
from stylecore.ui.components import Layer, brush
from stylecore.ui.page import plain
from stylecore.ui.page_errors import guarded, guarded_callback
from stylecore.ui.server import get_engine
from stylecore.ui.state.chosen import chosen_pair, chosen_styles
from stylecore.ui.state.chosen_inputs import LEAVE
from stylecore.ui.state.names import shown
from stylecore.ui.state.page_state import page_changed
from stylecore.ui.state.regions import current_masks, mask_size, set_mask, stored_mask
from stylecore.ui.state.session import SessionValue
from stylecore.ui.state.sources import STYLES
from stylecore.ui.state.upload_store import release_upload
from stylecore.ui.visitors import visitor_name
from stylecore.ui.widgets.start_masks import Keep, Make, start_masks_input

COLOURS = dict(zip((LEAVE, *STYLES), ("#e5484d", "#0a84ff", "#f5a524", "#30a46c", "#8e4ec6", "#00b8c4"), strict=True))
TITLE = Sentence("Where?")
BRUSH = "brush"  # key of the component
ONE = Sentence("What is left alone stays as it is in the photograph, to the bit.")
SEVERAL = Sentence("A style goes where it is painted; those that are painted nowhere share all that is left.")
LINK = Sentence("A link to this page does not bring what is painted here to others; a downloaded PNG does.")


class _State:
    """Of this tab.

    Attributes:
        open: whether the dialog is.
        active: what is painted: the role of a style, or `LEAVE`.
        uploads: masks that were uploaded. The field's key has this number: a new field is an empty one.
        refusal: why the newest one could not be used, in a `Sentence`.
    """

    prefix = "regions"
    open = SessionValue[bool](False)
    active = SessionValue[str](LEAVE)
    uploads = SessionValue[int](0)
    refusal = SessionValue[str]("")


def regions_input() -> None:
    """Draws the button, which says how many places are painted, and the dialog while it is open."""
    painted = len(current_masks())
    label = counted("Where? {count} place is painted", "Where? {count} places are painted", painted)
    st.button(
        _(label if painted else TITLE),
        icon=":material/draw:",
        key="regions",
        type="tertiary",
        on_click=guarded_callback(_open),
    )
    if chosen_pair()[0].transparent:
        st.caption(_("What is transparent in the photograph is left alone, and stays so."), width="content")
    if page_changed():
        _close()  # it was open when the visitor went to another page
    if _State().open:
        st.dialog(_(TITLE), width="large", icon=":material/draw:", on_dismiss=_close)(guarded(_dialog))()


def _open() -> None:
    _State().open = True


def _close() -> None:
    _State().open = False


def _dialog() -> None:
    content = chosen_pair()[0]
    owner, layers = visitor_name(), _layers()
    active = _State().active
    if active not in [layer["id"] for layer in layers]:
        active = _State().active = LEAVE
    st.caption(" ".join(map(_, (ONE, SEVERAL, LINK) if len(layers) > 1 else (ONE, LINK))))
    brush(
        content.preview,
        mask_size(content.size),
        layers,
        active,
        key=BRUSH,
        label=_("{name}: paint what to leave alone, or where a style goes", name=shown(content.name)),
        on_choice=_choose,
        on_paint=partial(_paint, owner, content.word),
    )
    keep = partial(_keep, owner, content.word)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="mask_tools"):
        start_masks_input(active, layers, keep)
        _upload_input(keep)
        if st.button(_("Done"), key="regions_done", type="primary"):
            _close()
            st.rerun()
    if refusal := _State().refusal:
        st.error(_(refusal), icon=":material/broken_image:")


def _layers() -> Sequence[Layer]:
    """What can be painted: what is left alone, and the place of each style where there are several."""
    masks, styles = current_masks(), chosen_styles()
    label = _("Leave alone")
    empty = _("{name}: nothing is painted.", name=label)
    layers = [Layer(id=LEAVE, label=label, colour=COLOURS[LEAVE], mask=b"", empty=empty)]
    for number, (role, source) in enumerate(styles.items(), start=1):
        if len(styles) > 1 or role in masks:
            label = _("Style {number}: {name}", number=number, name=shown(source.name))
            empty = _("{name}: nothing is painted, so it goes wherever no other style is painted.", name=label)
            layers.append(Layer(id=role, label=label, colour=COLOURS[role], mask=b"", empty=empty))
    return [Layer(**{**layer, "mask": masks.get(layer["id"], b"")}) for layer in layers]


def _choose(place: str) -> None:
    _State().active = place


def _keep(owner: str, photograph: str, make: Make) -> None:
    """Keeps a mask that is made for what is painted now, which the page may not have drawn yet."""
    place = _State().active
    set_mask(owner, photograph, place, make(place))


def _paint(owner: str, photograph: str, place: str, data: bytes) -> bytes:
    """Keeps what a browser has painted; what is no picture changes nothing."""
    try:
        mask = stored_mask(data)
    except ImageError:
        return current_masks().get(place, b"")
    set_mask(owner, photograph, place, mask)
    return mask


def _upload_input(keep: Keep) -> None:
    """Draws a field for a grey picture that becomes the mask of what is painted; `keep` gets it."""
    key = f"mask_upload_{_State().uploads}"
    with st.popover(_("Upload a mask"), icon=":material/upload:", key="mask_upload"):
        st.file_uploader(
            _("A grey picture, white where it counts. It is stretched to the photograph."),
            key=key,
            max_upload_size=get_engine().limits.max_upload_mb,
            on_change=guarded_callback(_take_over),
            args=(key, keep),
        )


def _take_over(key: str, keep: Keep) -> None:
    file, state, most = st.session_state.get(key), _State(), get_engine().limits.max_upload_mb
    if file is None:
        return
    state.uploads, state.refusal = state.uploads + 1, ""
    data, name = file.getvalue(), plain(file.name[:60])
    release_upload(file.file_id)
    try:
        if len(data) > most * 2**20:  # only the browser enforces the field's own limit
            raise ImageError("This mask has more than {most} MB: save it smaller first.", most=most)
        mask = stored_mask(data, Sentence("This mask"))
        if not mask:
            raise ImageError("This mask is black everywhere, so it would paint nothing: white is what counts.")
        keep(lambda _place: mask)
    except UserError as error:
        state.refusal = Sentence("{name}: {problem}", name=name, problem=error.sentence)
