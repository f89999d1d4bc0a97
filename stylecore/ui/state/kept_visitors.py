"""Keeps on disk what the server's memory has of visitors beside their runs, and takes it from there after a start."""

from __future__ import annotations

from typing import Any

from stylecore.config import Postprocess
from stylecore.engine.plain import sentence_from_plain, sentence_to_plain
from stylecore.engine.store.job_records import Kept
from stylecore.engine.store.recovery import FileReader
from stylecore.engine.store.store import Record, Store
from stylecore.samples import sample_contents, sample_styles
from stylecore.ui.state.sources import OWN, ROLES, Source, sample_source
from stylecore.ui.state.visitor_store import StoreKey, Things, VisitorStore

SOURCE, CHOICE, MASKS, VALUE = "source", "choice", "masks", "value"  # kinds of records

_Thing = Any  # a picture, masks, or a value: what is kept as it was, is the same object or an equal one


class VisitorKeeper:
    """Compares what is known of visitors with what was written of it; called by one thread."""

    def __init__(self, visitors: VisitorStore) -> None:
        """Begins with what `restore_visitors` has brought, which is in the store."""
        self._visitors = visitors
        self._written: dict[str, dict[tuple[str, str], _Thing]] = {}
        for owner in visitors.take_changed():
            self._written[owner] = _records(visitors.things_of(owner))

    def keep(self, store: Store) -> None:
        """Writes what is new, and removes what is gone.

        Raises:
            StoreError: if something can't be written; the next call tries again.
        """
        left = {*self._visitors.take_changed()}
        try:
            for owner in sorted(left):
                self._keep(store, owner)
                left.discard(owner)
        finally:
            self._visitors.note_changed(left)

    def _keep(self, store: Store, owner: str) -> None:
        records = _records(self._visitors.things_of(owner))
        written = self._written.setdefault(owner, {})
        for kind, name in written.keys() - records.keys():
            store.delete(kind, owner, name)
            del written[kind, name]
        for (kind, name), thing in records.items():
            if (kind, name) not in written or written[kind, name] != thing:
                body, files = _to_plain(kind, thing)
                store.put(kind, owner, name, body, files, spare=True)
                written[kind, name] = thing
        if records:
            store.visited(owner)
        else:
            del self._written[owner]


def restore_visitors(visitors: VisitorStore, store: Store, files: FileReader) -> None:
    """Takes everything from a store; what can't be read is left there, and is as if it had never been."""
    for record in store.records(SOURCE):
        if (source := _source(record, files)) is not None:
            visitors.add_source(record.owner, source)
    for record in store.records(CHOICE):
        role = next((role for role in ROLES if role == record.name), None)
        chosen = _chosen(record.body["word"], record.owner, visitors)
        if role is not None and chosen is not None:
            visitors.set_source(record.owner, role, chosen)
    for record in store.records(MASKS):
        try:
            masks = {place: files.read(record.owner, file) for place, file in record.body.items()}
        except LookupError:
            continue
        visitors.set_masks(record.owner, record.name, masks)
    for record in store.records(VALUE):
        plain = record.body["value"]
        value = plain if isinstance(plain, str) else Postprocess.from_dict(plain)
        visitors.set(record.owner, StoreKey(record.name), value)


def _records(things: Things) -> dict[tuple[str, str], _Thing]:
    """What is kept of a visitor by kind and name: nothing of somebody who has only looked at samples."""
    values = {name: value for name, value in things.values.items() if value}
    sources = {token: source for token, source in things.sources.items() if not source.erased}
    if not (sources or things.masks or values):
        return {}
    return {
        **{(SOURCE, token): source for token, source in sources.items()},
        **{(CHOICE, role): source.word for role, source in things.chosen.items() if not source.erased},
        **{(MASKS, photograph): masks for photograph, masks in things.masks.items()},
        **{(VALUE, name): value for name, value in values.items()},
    }


def _to_plain(kind: str, thing: _Thing) -> tuple[dict[str, Any], Kept]:
    kept = Kept()
    if kind == SOURCE:
        plain = {
            "name": thing.name,
            "data": kept.name(thing.data),
            "preview": kept.name(thing.preview),
            "size": thing.size,
            "notices": list(map(sentence_to_plain, thing.notices)),
            "transparent": thing.transparent,
        }
    elif kind == MASKS:
        plain = {place: kept.name(mask) for place, mask in thing.items()}
    elif kind == CHOICE:
        plain = {"word": thing}
    else:
        plain = {"value": thing.to_dict() if isinstance(thing, Postprocess) else thing}
    return plain, kept


def _source(record: Record, files: FileReader) -> Source | None:
    plain = record.body
    try:
        return Source(
            plain["name"],
            files.read(record.owner, plain["data"]),
            (plain["size"][0], plain["size"][1]),
            files.read(record.owner, plain["preview"]),
            notices=tuple(map(sentence_from_plain, plain["notices"])),
            transparent=plain["transparent"],
            token=record.name,
        )
    except LookupError:
        return None


def _chosen(word: str, owner: str, visitors: VisitorStore) -> Source | None:
    """The picture that a visitor had chosen, by its `Source.word`."""
    path = (sample_contents() | sample_styles()).get(word)
    if path is not None:
        return sample_source(path)
    return visitors.find_source(owner, word.removeprefix(f"{OWN}-"))
