"""The thread that keeps the store: the server goes on whatever the disk does, and says in a sentence what that is."""

import errno
import logging
import sqlite3
import threading
from contextlib import closing

import pytest

from stylecore.engine.store import writer as writer_module
from stylecore.engine.store.database import DATABASE, VERSION
from stylecore.engine.store.store import Store
from stylecore.engine.store.writer import FAULT, Writer, open_writer
from tests.support.engines import until


class Memory:
    """Keeps what is put into it."""

    def __init__(self):
        self.things, self.written = {}, set()

    def keep(self, store):
        for name, data in list(self.things.items()):
            if name not in self.written:
                store.put("job", "ann", name, {}, {name: data}, spare=True)
                self.written.add(name)


@pytest.fixture(autouse=True)
def logs_are_seen(monkeypatch):
    """Also where another test has set up the server's own logs."""
    monkeypatch.setattr(logging.getLogger("stylecore"), "propagate", True)


@pytest.fixture
def memory():
    return Memory()


@pytest.fixture
def writer(tmp_path, memory, monkeypatch):
    monkeypatch.setattr(writer_module, "RETRY_SECONDS", 0.05)
    writer = Writer(Store(tmp_path / "store", 10**6))
    writer.add(memory)
    yield writer
    writer.close()


def names(store):
    return [record.name for record in store.records("job")]


def full(_):
    raise OSError(errno.ENOSPC, "for the test")


def test_what_is_new_is_written_by_itself(writer, memory):
    memory.things["one"] = b"1"
    until(lambda: names(writer.store) == ["one"])
    assert writer.keeps


def test_a_flush_returns_when_it_is_written(writer, memory, monkeypatch):
    monkeypatch.setattr(writer_module, "LOOK_SECONDS", 60)
    memory.things["one"] = b"1"
    writer.flush()
    assert names(writer.store) == ["one"]


def test_a_disk_that_is_full_is_told_and_what_was_refused_is_written_when_there_is_room(
    writer, memory, monkeypatch, caplog
):
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        memory.things["one"] = b"1"
        until(lambda: "is full" in writer.told)
        memory.things["two"] = b"2"
        writer.flush()
        assert (names(writer.store), writer.keeps) == ([], False)
    until(lambda: writer.keeps)
    assert names(writer.store) == ["one", "two"]
    (told,) = (record.message for record in caplog.records if record.levelno == logging.ERROR)
    assert told.startswith(f"The disk of {writer.store.folder} is full, so what is new is kept in memory only")


def test_a_part_that_fails_keeps_no_other_from_being_kept(writer, memory, caplog):
    class Broken:
        def keep(self, store):
            raise ZeroDivisionError

    writer.add(Broken())
    memory.things["one"] = b"1"
    writer.flush()
    assert names(writer.store) == ["one"]
    assert writer.told == FAULT
    assert "ZeroDivisionError" in caplog.text


def test_what_is_new_at_the_end_is_written_and_the_folder_is_free(writer, memory, tmp_path):
    memory.things["one"] = b"1"
    writer.close()
    again = Store(tmp_path / "store", 10**6)
    assert names(again) == ["one"]
    again.close()
    assert not any(thread.name == "stylecore-store" and thread.is_alive() for thread in threading.enumerate())


def test_without_a_folder_there_is_nothing_to_tell():
    writer = open_writer(None, 10**6)
    writer.flush()
    writer.forget("ann")
    assert (writer.store, writer.told, writer.keeps) == (None, "", False)


def test_a_folder_that_can_t_be_used_is_told_and_nothing_is_kept(tmp_path, caplog):
    (tmp_path / "file").write_bytes(b"")
    writer = open_writer(tmp_path / "file", 10**6)
    assert writer.store is None
    assert "Nothing can be written to" in writer.told
    assert writer.told in caplog.text
    assert writer.told.values == {"folder": str(tmp_path / "file")}


def test_a_broken_store_is_moved_aside_and_told(tmp_path, caplog):
    Store(tmp_path / "store", 10**6).close()
    (tmp_path / "store" / "store.sqlite3").write_bytes(b"no database at all" * 100)
    writer = open_writer(tmp_path / "store", 10**6)
    assert writer.keeps
    assert "it was moved to" in writer.moved
    assert str(writer.store.moved) in writer.moved
    assert writer.moved in caplog.text
    writer.close()


def test_a_database_that_is_none_of_ours_is_left_alone_and_told(tmp_path, caplog):
    with closing(sqlite3.connect(tmp_path / DATABASE)) as other:
        other.execute("CREATE TABLE records (of TEXT)")
        other.execute(f"PRAGMA user_version = {VERSION}")
    for _ in range(2):  # the first one lets go of it
        assert "can't be used" in open_writer(tmp_path, 10**6).told
    with closing(sqlite3.connect(tmp_path / DATABASE)) as other:
        assert other.execute("SELECT sql FROM sqlite_master").fetchall() == [("CREATE TABLE records (of TEXT)",)]
    assert "OperationalError" in caplog.text
