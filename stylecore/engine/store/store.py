"""Records of visitors and the files that they name, on disk, within a budget of bytes."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stylecore.engine.logs import log_event
from stylecore.engine.store.database import open_database, told
from stylecore.engine.store.files import StoredFiles

KEPT_DAYS = 180  # after which the things of a visitor who has not come back go
_DAY = 24 * 3600  # seconds
_FILE = "SELECT file FROM files WHERE file = ?"
_USE = "SELECT file FROM uses WHERE file = ? LIMIT 1"
_INSERT = "INSERT INTO records (kind, owner, name, spare, bytes, body) VALUES (?, ?, ?, ?, ?, ?)"
_USED = "SELECT (SELECT TOTAL(bytes) FROM files) + (SELECT TOTAL(bytes) FROM records)"
_OLDEST = """
SELECT kind, name FROM records WHERE owner = ? AND spare AND (kind, owner, name) != (?, ?, ?)
ORDER BY kind != 'job', sequence LIMIT 1
"""
_DISTINCT = "SELECT DISTINCT file FROM uses JOIN records ON record = sequence WHERE"
_THIS = "kind = ? AND owner = ? AND name = ?"
_STAYS = f"(NOT spare OR {_THIS})"  # what need not go for a record, or is in its place until it is written
_STAYING = f"SELECT TOTAL(bytes) FROM records WHERE {_STAYS}"
_STAYING_FILES = f"""
SELECT DISTINCT file, files.bytes FROM records JOIN uses ON record = sequence JOIN files USING (file) WHERE {_STAYS}
"""
_HOLDERS = """
SELECT owner FROM (
    SELECT owner, bytes FROM records UNION ALL
    SELECT owner, bytes FROM (SELECT DISTINCT owner, file FROM records JOIN uses ON record = sequence)
    JOIN files USING (file)
) GROUP BY owner ORDER BY SUM(bytes) DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing of a visitor.

    Attributes:
        kind: of what it is a record.
        owner: whose it is; never the visitor's cookie, only its checksum.
        name: tells it from others of its kind and owner.
        body: plain values that JSON can represent.
    """

    kind: str
    owner: str
    name: str
    body: Mapping[str, Any]


class Store:
    """Records by kind, owner and name. All methods may be called from any thread, and wait for the disk.

    Every change is whole: files are written before the record that names them, and removed before it is.

    Attributes:
        folder: where it is.
        budget: bytes of all files and records together.
        used: bytes that they have now.
        moved: where a broken database was put when this one was opened; None if there was none.
    """

    def __init__(self, folder: Path, budget: int, clock: Callable[[], float] = time.time) -> None:
        """Opens the store in a folder, or begins one.

        Args:
            folder: of this server alone.
            budget: bytes of all files and records together.
            clock: seconds since 1970.

        Raises:
            StoreError: if the folder can't be used.
        """
        self.folder, self.budget = folder, budget
        self._clock, self._lock = clock, threading.RLock()
        self._connection, self.moved = open_database(folder)
        self.used = 0
        try:
            with told(folder):
                self._files = StoredFiles(folder / "files")
                self._drop_late()
                self._drop_incomplete()
                self._files.remove_others(file for (file,) in self._rows("SELECT file FROM files"))
        except BaseException:
            self._connection.close()
            raise

    def put(
        self, kind: str, owner: str, name: str, body: Mapping[str, Any], files: Mapping[str, bytes], *, spare: bool
    ) -> bool:
        """Writes a record in the place of the one of the same kind, owner and name.

        Where there is no room, records that may go do, of whoever has most, the oldest first; none where even that is
        not enough.

        Args:
            kind: of the record.
            owner: whose it is.
            name: among its kind and owner.
            body: plain values, which name the files by their checksums.
            files: bytes by their checksums.
            spare: whether it may go for lack of room.

        Returns:
            Whether there was room for it.

        Raises:
            StoreError: if it can't be written; then the one of before is still there.
        """
        with self._lock, told(self.folder):
            text = json.dumps(body, separators=(",", ":"))
            if self._lacks_room(len(text), files) and not self._can_fit(len(text), files, (kind, owner, name)):
                return False
            while self._lacks_room(len(text), files):
                if not self._drop_oldest(but=(kind, owner, name)):
                    return False
            new = self._new(files)
            before = self._files_of(_THIS, kind, owner, name)
            try:
                for file, data in new.items():
                    self._files.write(file, data)
                with self._transaction():
                    self._execute(f"DELETE FROM records WHERE {_THIS}", kind, owner, name)
                    record = self._execute(_INSERT, kind, owner, name, spare, len(text), text).lastrowid
                    for file, data in files.items():
                        self._execute("INSERT OR IGNORE INTO files VALUES (?, ?)", file, len(data))
                        self._execute("INSERT INTO uses VALUES (?, ?)", record, file)
                    self._note_visit(owner)
            except BaseException:
                for file in new:
                    self._files.remove(file)
                raise
            self._remove_unused(before)
            return True

    def alone(self) -> AbstractContextManager[object]:
        """Keeps all other threads from the store, for what must not be cut in two."""
        return self._lock

    def visited(self, owner: str) -> None:
        """Notes that a visitor is here, so that their things stay."""
        with self._lock, told(self.folder), self._transaction():
            self._note_visit(owner)

    def delete(self, kind: str, owner: str, name: str) -> None:
        """Removes a record, and the files that no other one names; one that is not there is no error."""
        self._delete(_THIS, kind, owner, name)

    def forget(self, owner: str) -> None:
        """Removes everything of a visitor."""
        self._delete("owner = ?", owner)
        with self._lock, told(self.folder):
            self._execute("DELETE FROM visitors WHERE owner = ?", owner)

    def owners(self) -> list[str]:
        """All visitors of whom there is anything."""
        with self._lock, told(self.folder):
            return [owner for (owner,) in self._rows("SELECT DISTINCT owner FROM records")]

    def records(self, kind: str) -> list[Record]:
        """All records of a kind, in the order in which they were written last."""
        with self._lock, told(self.folder):
            rows = self._rows("SELECT owner, name, body FROM records WHERE kind = ? ORDER BY sequence", kind)
        return [Record(kind=kind, owner=owner, name=name, body=json.loads(body)) for owner, name, body in rows]

    def read(self, file: str) -> bytes | None:
        """The bytes of a file by its checksum; None if it is not there, or no longer what it was."""
        return self._files.read(file)

    def written(self) -> int:
        """How many records have ever been written, those that are gone included."""
        with self._lock, told(self.folder):
            rows = self._rows("SELECT seq FROM sqlite_sequence WHERE name = 'records'")
            return int(rows[0][0]) if rows else 0

    def close(self) -> None:
        """Gives the folder free for another server."""
        with self._lock:
            self._connection.close()

    def _drop_late(self) -> None:
        """Removes everything of visitors who have not been here for long."""
        late = int(self._clock()) // _DAY - KEPT_DAYS
        for (owner,) in self._rows("SELECT owner FROM visitors WHERE day < ?", late):
            self.forget(owner)

    def _drop_incomplete(self) -> None:
        """Removes records without all of their files: the server was killed while it removed them."""
        there, known = self._files.sizes(), self._rows("SELECT file, bytes FROM files")
        for file, size in known:
            if there.get(file) != size:
                if self._rows(_USE, file):
                    log_event("store_incomplete", logging.WARNING, bytes=size, there=there.get(file))
                self._delete("sequence IN (SELECT record FROM uses WHERE file = ?)", file)
        self._remove_unused(file for (file,) in self._rows("SELECT file FROM files"))

    def _note_visit(self, owner: str) -> None:
        self._execute("INSERT OR REPLACE INTO visitors VALUES (?, ?)", owner, int(self._clock()) // _DAY)

    def _new(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        return {file: data for file, data in files.items() if not self._rows(_FILE, file)}

    def _lacks_room(self, size: int, files: Mapping[str, bytes]) -> bool:
        """Whether something must go before a record is written."""
        return self.used + size + sum(map(len, self._new(files).values())) > self.budget

    def _can_fit(self, size: int, files: Mapping[str, bytes], record: tuple[str, str, str]) -> bool:
        """Whether there is room for a record when all that may go has gone."""
        staying = {file: len(data) for file, data in files.items()} | dict(self._rows(_STAYING_FILES, *record))
        return int(self._rows(_STAYING, *record)[0][0]) + size + sum(staying.values()) <= self.budget

    def _drop_oldest(self, but: tuple[str, str, str]) -> bool:
        """Removes the oldest record that may go, of whoever has most; results before all else. Returns whether any."""
        for (owner,) in self._rows(_HOLDERS):
            if found := self._rows(_OLDEST, owner, *but):
                self.delete(found[0][0], owner, found[0][1])
                log_event("store_made_room")
                return True
        return False

    def _delete(self, which: str, *values: str) -> None:
        with self._lock, told(self.folder):
            files = self._files_of(which, *values)
            alone = "SELECT file FROM uses JOIN records ON record = sequence WHERE file = ? AND NOT"
            # Before the records: a full disk may have no room to delete those, and what is removed shall be gone.
            for file in files:
                if not self._rows(f"{alone} ({which}) LIMIT 1", file, *values):
                    self._files.remove(file)
            with self._transaction():
                self._execute(f"DELETE FROM records WHERE {which}", *values)
            self._remove_unused(files)

    def _files_of(self, which: str, *values: str) -> list[str]:
        return [file for (file,) in self._rows(f"{_DISTINCT} {which}", *values)]

    def _remove_unused(self, files: Iterable[str]) -> None:
        """Removes those of some files that no record names."""
        if unused := [file for file in files if not self._rows(_USE, file)]:
            for file in unused:
                self._files.remove(file)
            with self._transaction():
                for file in unused:
                    self._execute("DELETE FROM files WHERE file = ?", file)
        self.used = int(self._rows(_USED)[0][0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._execute("BEGIN")
        try:
            yield
            self._execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._execute("ROLLBACK")
            raise

    def _execute(self, statement: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    def _rows(self, statement: str, *values: object) -> list[Any]:
        return self._execute(statement, *values).fetchall()
