"""The pictures that this tab has chosen: photograph, styles, and a picture to start from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from stylecore.samples import sample_contents, sample_names, sample_styles
from stylecore.ui.server import get_derived_pictures, get_engine, get_exhibition, get_store, get_visitor_store
from stylecore.ui.state.session import SessionValue
from stylecore.ui.state.sources import STYLES, Role, Source, make_source, sample_source, samples
from stylecore.ui.state.upload_store import release_uploads
from stylecore.ui.visitors import visitor_name

DEFAULTS: dict[Role, str] = {"content": "Chelsea", "style": "Swirling night"}  # other roles may stay empty


class _State:
    """Of this tab.

    Attributes:
        pictures: what was chosen.
        tokens: by length and hash of a file: the token of a picture that was chosen before.
        problems: a `Sentence` on everything that a link or a recipe asked for and that could not be restored.
        refusals: why the newest upload for a role could not be used, in a `Sentence`.
    """

    prefix = "chosen"
    pictures = SessionValue[Mapping[Role, Source]]({})
    tokens = SessionValue[Mapping[tuple[int, int], str]]({})
    problems = SessionValue[Sequence[str]](())
    refusals = SessionValue[Mapping[Role, str]]({})


def chosen(role: Role) -> Source | None:
    """What the visitor has chosen; a sample where photograph or style was not, and None where another role was not."""
    source = _State().pictures.get(role)
    if source is not None and not source.erased:
        return source
    return sample_source(samples(role)[DEFAULTS[role]]) if role in DEFAULTS else None


def chosen_pair() -> tuple[Source, Source]:
    """Photograph and style; both have defaults."""
    content, style = chosen("content"), chosen("style")
    assert content is not None
    assert style is not None
    return content, style


def chosen_styles() -> dict[Role, Source]:
    """The style pictures by role, at least one, in their order."""
    found = {role: chosen(role) for role in STYLES}
    return {role: source for role, source in found.items() if source is not None}


def set_styles(sources: Sequence[Source]) -> None:
    """Makes these the style pictures, in this order, and leaves the other roles of styles empty."""
    state = _State()
    others = {role: source for role, source in state.pictures.items() if role not in STYLES}
    state.pictures = others | dict(zip(STYLES, sources, strict=False))


def unchoose(role: Role) -> None:
    """Leaves a role empty, or with its default."""
    state = _State()
    state.pictures = {other: source for other, source in state.pictures.items() if other != role}


def choose(role: Role, source: Source) -> None:
    """Makes a picture the chosen one, kept for a reload; the same file has the same token whenever it is chosen."""
    state = _State()
    if not source.sample:
        digest = len(source.data), hash(source.data)
        token = state.tokens.get(digest, source.token)
        state.tokens = {**state.tokens, digest: token}
        source = source if source.token == token else dataclasses.replace(source, token=token)
    state.pictures = {**state.pictures, role: source}
    state.problems = ()  # they were about what was chosen before, as is the refusal
    state.refusals = {other: refusal for other, refusal in state.refusals.items() if other != role}
    remember(visitor_name(), role, source)


def choose_sample(role: Role, name: str) -> bool:
    """Makes a sample the chosen picture. Returns whether there is one of that name."""
    path = (sample_contents() | sample_styles() | samples(role)).get(name)  # swapped pairs have a link, too
    if path is not None:
        choose(role, sample_source(path))
    return path is not None


def choose_bytes(role: Role, name: str, data: bytes) -> None:
    """Makes a file the chosen picture; samples are recognised by their bytes.

    Raises:
        ImageError: if it is no picture that can be used.
    """
    known = sample_names().get(data)
    if known is not None:
        choose_sample(role, known)
        return
    choose(role, make_source(name, data))


def swap_pair() -> None:
    """Exchanges photograph and style."""
    content, style = chosen_pair()
    choose("content", style)
    choose("style", content)


def remove_own(owner: str, source: Source) -> None:
    """Erases a picture of the visitor's own, and all that was made of it for display.

    Results that were painted from it keep their copy of the file until they are removed themselves.
    """
    get_engine().forget_answers(owner)
    _forget_tokens(owner, get_visitor_store().remove_source(owner, source))
    get_store().flush()


def remember(owner: str, role: Role, source: Source) -> None:
    """Keeps a chosen picture for a reload; others may have to go for it."""
    for whose, token in get_visitor_store().set_source(owner, role, source):
        get_derived_pictures().forget(whose, token)


def forget_everything(owner: str) -> None:
    """Ends and drops all that the server has of a visitor: runs, results, uploads, and what was made of them."""
    get_engine().forget_all(owner)
    _forget_tokens(owner, get_visitor_store().forget(owner))
    get_exhibition().forget(owner)
    release_uploads()
    get_store().flush()
    get_store().forget(owner)


def forget_everybody() -> None:
    """Ends and drops all that the server has of all visitors, on disk as well."""
    store, visitors = get_store().store, get_visitor_store()
    kept = [] if store is None else store.owners()
    for owner in {*kept, *visitors.owners(), *(job.owner for job in get_engine().all_jobs())}:
        forget_everything(owner)


def _forget_tokens(owner: str, tokens: Sequence[str]) -> None:
    state = _State()
    for token in tokens:
        get_derived_pictures().forget(owner, token)
    state.tokens = {digest: token for digest, token in state.tokens.items() if token not in tokens}
    state.pictures = {role: source for role, source in state.pictures.items() if not source.erased}


def tell_problems(problems: Sequence[str]) -> None:
    """Notes what a link or a recipe asked for and could not be restored; `problems` gives it until a new choice."""
    _State().problems = tuple(problems)


def problems() -> Sequence[str]:
    """A sentence on everything that could not be restored."""
    return _State().problems


def tell_refusal(role: Role, refusal: str) -> None:
    """Notes why an upload could not be used; what was chosen before stays."""
    _State().refusals = {**_State().refusals, role: refusal}


def forget_refusals() -> None:
    """Takes away what was said of earlier uploads."""
    _State().refusals = {}


def refusal_of(role: Role) -> str:
    """Why the newest upload for a role could not be used, until another picture is chosen; empty if it could."""
    return _State().refusals.get(role, "")
