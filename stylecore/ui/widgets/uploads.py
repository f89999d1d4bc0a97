"""Files that a visitor gives: from disk or from the camera; checked, chosen, and taken out of streamlit's own store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from stylecore.artifacts.recipe import Recipe, RecipeError, read_recipe
from stylecore.errors import ImageError, UserError
from stylecore.imaging.images import MAX_PIXELS
from stylecore.language import Sentence, _
from stylecore.ui.page import plain
from stylecore.ui.page_errors import guarded, guarded_callback
from stylecore.ui.server import get_engine
from stylecore.ui.state.chosen import choose, chosen, forget_refusals, tell_refusal
from stylecore.ui.state.names import shown
from stylecore.ui.state.session import SessionValue
from stylecore.ui.state.sources import STYLES, Role, Source, make_source
from stylecore.ui.state.upload_store import release_upload

TITLES: dict[Role, str] = {
    "content": Sentence("Photograph"),
    "style": Sentence("Style"),
    **{role: Sentence("Style {number}", number=number) for number, role in enumerate(STYLES[1:], start=2)},
    "init": Sentence("Picture to start from"),
}
PHOTOGRAPH_FIELD = "upload_content"  # key of the field that takes what is dropped onto the Studio's picture
MAX_TAKEN = 100  # files of which it is remembered that they have been taken over


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
        shots: photos taken over for each role. The camera's key has this number: a new camera has no photo.
        shot_taken: whether a photo was taken over, so that the camera can close.
        dropped: the newest upload, if it was made here and nothing has been decided about it.
        taken: streamlit's ids of the newest files that were taken over.
    """

    prefix = "uploads"
    shots = SessionValue[Mapping[Role, int]]({})
    shot_taken = SessionValue[bool](False)
    dropped = SessionValue[Dropped | None](None)
    taken = SessionValue[Sequence[str]](())


def upload_input(role: Role) -> None:
    """A field for files of the visitor's own: each is kept at hand, and the last becomes the chosen picture.

    The field takes any file, and stays the same one: what can't be read is told by the name of its format, and a file
    that comes while another is being taken over is not lost.
    """
    key = f"upload_{role}"
    files = st.file_uploader(
        _(
            "{title}: drop your own file here, of up to {millions} million pixels",
            title=TITLES[role],
            millions=MAX_PIXELS // 10**6,
        ),
        accept_multiple_files=True,
        key=key,
        label_visibility="collapsed",
        max_upload_size=get_engine().limits.max_upload_mb,
        on_change=guarded_callback(_take_uploads),
        args=(role, key),
    )
    if _new(files):  # their callback is still at work, in a run that this one has overtaken
        guarded_callback(_take_uploads)(role, key)
        st.rerun()


def camera_button(*roles: Role) -> None:
    """A button that opens the camera; the browser asks for it only then."""
    if st.button(_("Camera"), icon=":material/photo_camera:", type="tertiary", key="camera"):
        _State().shot_taken = False
        st.dialog(_("Camera"))(guarded(_camera))(roles)


def _camera(roles: Sequence[Role]) -> None:
    if _State().shot_taken:
        st.rerun()  # the whole page, which closes the dialog
    titles = {role: _(TITLES[role]) for role in roles}
    role = st.segmented_control(
        _("Use it as"),
        roles,
        default=roles[0],
        required=True,
        format_func=titles.__getitem__,
        key="camera_role",
    )
    key = f"shot_{role}_{_State().shots.get(role, 0)}"
    st.camera_input(
        _("{title} from the camera", title=TITLES[role]),
        key=key,
        label_visibility="collapsed",
        on_change=guarded_callback(_take_shot),
        args=(role, key),
    )


def dropped_picture() -> Dropped | None:
    """The newest upload, if it was made here and nothing has been decided about it."""
    return _State().dropped


def forget_dropped() -> None:
    """Takes the newest upload as a picture like any other."""
    _State().dropped = None


def _take_uploads(role: Role, key: str) -> None:
    """Takes over the files of a field that have not been taken over yet."""
    new = _new(st.session_state.get(key) or ())
    if new:
        forget_refusals()  # what was said of an earlier upload, in whichever field, is not about these
    for file in new:
        _take_over(role, file, file.name)
        _State().taken = (*_State().taken, file.file_id)[-MAX_TAKEN:]


def _new(files: Iterable[object]) -> list[UploadedFile]:
    """Those of a field's files that have not been taken over yet."""
    taken = _State().taken
    return [file for file in files if isinstance(file, UploadedFile) and file.file_id not in taken]


def _take_shot(role: Role, key: str) -> None:
    """Takes over a photo, and closes the camera."""
    file, state = st.session_state.get(key), _State()
    if file is None:
        return
    forget_refusals()
    state.shots = {**state.shots, role: state.shots.get(role, 0) + 1}
    state.shot_taken = True
    _take_over(role, file, Sentence("From the camera"))


def _take_over(role: Role, file: UploadedFile, name: str) -> None:
    """Makes an uploaded file the chosen picture, or says why not; what was chosen before is never lost."""
    data = file.getvalue()
    file.truncate(0)  # streamlit keeps the file's object while the field has it
    release_upload(file.file_id)
    before, most = chosen(role), get_engine().limits.max_upload_mb
    try:
        if len(data) > most * 2**20:  # only the browser enforces the field's own limit
            raise ImageError("This picture has more than {most} MB: save it smaller first.", most=most)
        choose(role, make_source(name, data))
    except UserError as error:
        tell_refusal(role, Sentence("{name}: {problem}", name=plain(shown(name)[:60]), problem=error.sentence))
        return
    try:
        _State().dropped = Dropped(read_recipe(data, name), name, role, before)
    except RecipeError:
        _State().dropped = None
