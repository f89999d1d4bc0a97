"""The database of a store: opened for one server alone, of a version that is understood, and whole."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stylecore.errors import UserError

VERSION = 1  # of the tables, in the database's own `user_version`
DATABASE = "store.sqlite3"
PRIVATE = 0o700  # the store's folders are the server's alone

TABLES = """
CREATE TABLE records (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order in which they were written last
    kind TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL,
    spare INTEGER NOT NULL,  -- whether it may go for lack of room
    bytes INTEGER NOT NULL,  -- of the body
    body TEXT NOT NULL,  -- JSON; it comes last, since what comes after many bytes is slow to reach
    UNIQUE (kind, owner, name)
);
CREATE TABLE files (
    file TEXT PRIMARY KEY,  -- its SHA-256
    bytes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE uses (
    record INTEGER NOT NULL REFERENCES records ON DELETE CASCADE, file TEXT NOT NULL REFERENCES files,
    PRIMARY KEY (record, file)
) WITHOUT ROWID;
CREATE INDEX users ON uses (file);
CREATE TABLE visitors (
    owner TEXT PRIMARY KEY,
    day INTEGER NOT NULL  -- on which they were here last, since 1970
) WITHOUT ROWID
"""

IN_USE = (
    "Another server keeps its results in {folder}, so this one keeps its own in memory only: give it another folder."
)
NEWER = (
    "What is in {folder} was written by a newer version: update stylecore, or set STYLECORE_STORE to another folder."
)
NOT_WRITABLE = "Nothing can be written to {folder}, so results are kept in memory only: set STYLECORE_STORE to another."
FULL = "The disk of {folder} is full, so what is new is kept in memory only: make room, and it is written as well."
SMALL = (
    "A result is larger than what may be kept in {folder}, so it is kept in memory only: "
    "set STYLECORE_STORE_MB to more megabytes."
)
BROKEN = "What is in {folder} can no longer be read, so results are kept in memory only until the server starts anew."

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_SENTENCES = {
    sqlite3.SQLITE_BUSY: IN_USE,
    sqlite3.SQLITE_LOCKED: IN_USE,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CORRUPT: BROKEN,
    sqlite3.SQLITE_NOTADB: BROKEN,
    sqlite3.SQLITE_CANTOPEN: NOT_WRITABLE,
    sqlite3.SQLITE_READONLY: NOT_WRITABLE,
    sqlite3.SQLITE_PERM: NOT_WRITABLE,
    sqlite3.SQLITE_IOERR: NOT_WRITABLE,
}


class StoreError(UserError, OSError):
    """Nothing can be kept on disk, or not at the moment; the message is one sentence.

    Attributes:
        broken: whether the database is no database any more.
    """

    def __init__(self, sentence: str, folder: Path) -> None:
        """Takes one of the sentences above."""
        super().__init__(sentence, folder=str(folder))
        self.broken = sentence is BROKEN


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turns errors of the disk and the database into a `StoreError`."""
    try:
        yield
    except sqlite3.Error as error:
        sentence = _SENTENCES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)  # without its extension
        if sentence is None:
            raise
        raise StoreError(sentence, folder) from error
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(FULL if error.errno in _NO_ROOM else NOT_WRITABLE, folder) from error


def open_database(folder: Path) -> tuple[sqlite3.Connection, Path | None]:
    """Opens the database in a folder, which nobody else can then open; both are made where they are missing.

    One that can't be read is moved aside, and a new one is begun.

    Returns:
        The connection, which any one thread at a time may use, and where a broken database has gone.

    Raises:
        StoreError: if the folder can't be used: another server has it, a newer version wrote it, or nothing can be
            written there.
    """
    with told(folder):
        folder.mkdir(PRIVATE, parents=True, exist_ok=True)
    try:
        return _open(folder), None
    except StoreError as error:
        if not error.broken:
            raise
    with told(folder):
        aside = folder / time.strftime("broken-%Y%m%d-%H%M%S", time.gmtime())
        aside.mkdir(PRIVATE)
        for path in [path for path in folder.iterdir() if not path.name.startswith("broken-")]:
            os.replace(path, aside / path.name)
    return _open(folder), aside


def _open(folder: Path) -> sqlite3.Connection:
    with told(folder):
        os.close(os.open(folder / DATABASE, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(folder / DATABASE, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = TRUNCATE")  # a journal that stays would hold what is removed
            connection.execute("PRAGMA secure_delete = ON")  # and in the database that is overwritten
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("BEGIN EXCLUSIVE")  # and it stays so until the process ends, however it does
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise StoreError(NEWER, folder)
            if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise StoreError(BROKEN, folder)
            if version == 0:
                for statement in TABLES.split(";\n"):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")  # in any case, so that it can be written is known
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
    return connection
