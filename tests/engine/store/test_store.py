"""Records and files on disk: whole, bounded, gone when they are removed, and a sentence for whatever is wrong."""

import errno
import json
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing

import pytest

from stylecore.artifacts.recipe import sha256
from stylecore.engine.store import database, store
from stylecore.engine.store.database import DATABASE, StoreError
from stylecore.engine.store.store import KEPT_DAYS, Store

DAY = 24 * 3600


class Clock:
    seconds = 1000 * DAY

    def __call__(self):
        return self.seconds


CLOCK = Clock()


@pytest.fixture
def opened(tmp_path):
    """Opens the store of a folder, again and again; the one of before is closed as by the end of its server."""
    open_now = []

    def open_store(budget=10**6, folder=tmp_path / "store", clock=CLOCK):
        for before in open_now:
            before.close()
        open_now[:] = [Store(folder, budget, clock)]
        return open_now[0]

    yield open_store
    for last in open_now:
        last.close()


def put(store, name, *files, owner="ann", kind="job", spare=True, **body):
    return store.put(kind, owner, name, body, {sha256(data): data for data in files}, spare=spare)


def files_used(store):
    """Bytes of all files, without the records."""
    return store.used - sum(len(json.dumps(body, separators=(",", ":"))) for body in bodies(store))


def bodies(store):
    return [record.body for kind in ("job", "source") for record in store.records(kind)]


def names(store, kind="job"):
    return [record.name for record in store.records(kind)]


def on_disk(store):
    return {path.name for path in (store.folder / "files").glob("*/*")}


def test_what_was_put_is_there_after_a_new_start(opened):
    assert put(opened(), "job-1", b"picture", steps=3)
    again = opened()
    (record,) = again.records("job")
    assert (record.owner, record.name, record.body) == ("ann", "job-1", {"steps": 3})
    assert again.read(sha256(b"picture")) == b"picture"
    assert files_used(again) == len(b"picture")


def test_the_newer_record_takes_the_place_of_the_older_and_its_files_go(opened):
    store = opened()
    put(store, "job-1", b"first", b"content", done=1)
    put(store, "job-1", b"second", b"content", done=2)
    assert [record.body for record in store.records("job")] == [{"done": 2}]
    assert on_disk(store) == {sha256(b"second"), sha256(b"content")}
    assert files_used(store) == len(b"secondcontent")


def test_a_file_of_two_records_is_there_once_and_goes_with_the_second(opened):
    store = opened()
    put(store, "job-1", b"content")
    put(store, "job-2", b"content", owner="bob")
    assert files_used(store) == len(b"content")
    store.delete("job", "ann", "job-1")
    assert store.read(sha256(b"content")) == b"content"
    store.forget("bob")
    assert (on_disk(store), store.used, store.owners()) == (set(), 0, [])


def test_what_is_forgotten_is_in_no_file_of_the_folder(opened):
    store = opened()
    put(store, "job-1", b"a picture of ann", called="holidays in Rome")
    put(store, "job-2", b"a picture of bob", owner="bob")
    store.forget("ann")
    left = b"".join(path.read_bytes() for path in store.folder.rglob("*") if path.is_file())
    assert b"Rome" not in left
    assert b"picture of ann" not in left
    assert b"picture of bob" in left


def test_the_oldest_results_of_whoever_has_most_go_first(opened):
    store = opened(budget=1000)
    put(store, "job-1", b"1" * 300)
    put(store, "job-2", b"2" * 200, owner="bob")
    put(store, "job-3", b"3" * 300)
    assert put(store, "job-4", b"4" * 400, owner="cid")
    assert names(store) == ["job-2", "job-3", "job-4"]
    assert files_used(store) == 900


def test_results_go_before_uploads_and_what_is_needed_stays(opened):
    store = opened(budget=1000)
    put(store, "own-1", b"u" * 390, kind="source")
    put(store, "job-1", b"1" * 390)
    put(store, "job-2", b"2" * 200, spare=False)
    assert put(store, "job-3", b"3" * 390)
    assert (names(store), names(store, "source")) == (["job-2", "job-3"], ["own-1"])
    assert not put(store, "job-4", b"4" * 810)
    assert names(store) == ["job-2", "job-3"]  # nothing goes for what has no room in any case


def test_a_file_that_goes_for_lack_of_room_is_written_again_where_the_new_record_needs_it(opened):
    store = opened(budget=1000)
    put(store, "job-1", b"content" * 100)
    assert put(store, "job-2", b"content" * 100, b"x" * 290)
    assert not put(store, "job-3", b"content" * 100, b"y" * 310)
    assert put(store, "job-4", b"content" * 100, b"y" * 290)
    assert names(store) == ["job-4"]
    assert store.read(sha256(b"content" * 100)) == b"content" * 100


def test_records_count_as_well(opened):
    store = opened(budget=1000)
    assert put(store, "job-1", text="x" * 600)
    assert put(store, "job-2", text="x" * 600)
    assert names(store) == ["job-2"]
    assert store.used == len(json.dumps({"text": "x" * 600}, separators=(",", ":")))


def test_a_file_that_can_t_be_written_leaves_the_record_of_before_whole(opened, monkeypatch):
    store = opened()
    put(store, "job-1", b"first", done=1)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", lambda _: fail(errno.ENOSPC))
        with pytest.raises(StoreError, match="is full"):
            put(store, "job-1", b"second", done=2)
    assert [record.body for record in store.records("job")] == [{"done": 1}]
    assert on_disk(store) == {sha256(b"first")}
    assert put(store, "job-1", b"second", done=2)


def test_a_database_that_has_no_room_leaves_no_file_behind(opened):
    store = opened()
    put(store, "job-1", b"first")
    pages = store._rows("PRAGMA page_count")[0][0]
    store._execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="is full"):
        put(store, "job-2", b"second", text="x" * 10**5)
    assert (names(store), on_disk(store), store.used) == (["job-1"], {sha256(b"first")}, 5 + len("{}"))
    store._execute(f"PRAGMA max_page_count = {pages + 100}")
    assert put(store, "job-2", b"second", text="x" * 10**5)


def fail(number):
    raise OSError(number, "for the test")


def test_what_was_half_removed_when_the_server_was_killed_is_gone_and_nothing_else(opened):
    store = opened()
    put(store, "job-1", b"first", b"content")
    put(store, "job-2", b"second", b"content")
    next((store.folder / "files").glob(f"*/{sha256(b'first')}")).unlink()
    (store.folder / "files" / "new" / "half").write_bytes(b"half a picture")
    (store.folder / "files" / sha256(b"second")[:2] / "unknown").write_bytes(b"of no record")
    store = opened()
    assert (names(store), on_disk(store)) == (["job-2"], {sha256(b"second"), sha256(b"content")})
    assert files_used(store) == len(b"secondcontent")


def test_a_file_that_is_not_what_was_written_is_none(opened):
    store = opened()
    put(store, "job-1", b"picture")
    next((store.folder / "files").glob(f"*/{sha256(b'picture')}")).write_bytes(b"another")
    assert store.read(sha256(b"picture")) is None


def test_who_does_not_come_back_is_forgotten(opened):
    clock = Clock()
    store = opened(clock=clock)
    put(store, "job-1", b"ann's")
    put(store, "job-2", b"bob's", owner="bob")
    clock.seconds += KEPT_DAYS * DAY
    store.visited("bob")
    clock.seconds += DAY
    store = opened(clock=clock)
    assert (names(store), on_disk(store)) == (["job-2"], {sha256(b"bob's")})


def test_folder_and_files_are_the_server_s_alone(opened):
    store = opened()
    put(store, "job-1", b"picture")
    modes = {path.stat().st_mode & 0o077 for path in [store.folder, *store.folder.rglob("*")]}
    assert modes == {0}


def test_two_servers_do_not_share_a_folder(opened, tmp_path):
    first = opened()
    put(first, "job-1", b"picture")
    script = "import sys, pathlib; from stylecore.engine.store.store import Store; Store(pathlib.Path(sys.argv[1]), 9)"
    done = subprocess.run([sys.executable, "-c", script, first.folder], capture_output=True, text=True)
    assert "Another server keeps its results in" in done.stderr
    assert on_disk(first) == {sha256(b"picture")}
    assert put(first, "job-2", b"more")


def test_a_store_of_a_newer_version_is_left_alone(opened, tmp_path):
    folder = opened().folder
    put(opened(), "job-1", b"picture")
    opened(folder=tmp_path / "elsewhere")
    with closing(sqlite3.connect(folder / DATABASE)) as later:
        later.execute(f"PRAGMA user_version = {database.VERSION + 1}")
    before = (folder / DATABASE).read_bytes()
    with pytest.raises(StoreError, match="newer version"):
        Store(folder, 10**6)
    assert (folder / DATABASE).read_bytes() == before


@pytest.mark.parametrize("where", [0, 5000], ids=["its head", "its middle"])
def test_a_broken_database_is_moved_aside_and_never_deleted(opened, tmp_path, where):
    store = opened()
    for number in range(50):
        put(store, f"job-{number}", b"picture %d" % number, text="x" * 500)
    opened(folder=tmp_path / "elsewhere")
    broken = bytearray((store.folder / DATABASE).read_bytes())
    broken[where : where + 9000] = b"?" * 9000
    (store.folder / DATABASE).write_bytes(broken)
    again = opened()
    assert names(again) == []
    assert (again.moved / DATABASE).read_bytes() == broken
    assert len(list((again.moved / "files").glob("*/*"))) == 50
    assert put(again, "job-1", b"new")
    assert opened().moved is None


def test_a_folder_that_can_t_be_written_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match=r"Nothing can be written to .*file/store"):
        Store(tmp_path / "file" / "store", 10**6)


def test_a_database_that_can_t_be_written_is_told(opened, monkeypatch):
    folder = opened().folder
    opened().close()
    connect = sqlite3.connect

    def read_only(path, **more):
        return connect(f"{path.as_uri()}?mode=ro", uri=True, **more)

    monkeypatch.setattr(database.sqlite3, "connect", read_only)
    with pytest.raises(StoreError, match="Nothing can be written"):
        Store(folder, 10**6)


def test_ids_are_never_given_twice(opened):
    assert opened().written() == 0
    put(opened(), "job-1", b"picture")
    opened().delete("job", "ann", "job-1")
    assert opened().written() == 1
    assert store.KEPT_DAYS < 400  # days, for which browsers keep a cookie at the most


@pytest.mark.long
def test_whatever_was_written_is_there_after_kills_in_the_middle_of_writing(tmp_path):
    script = """
        import hashlib, pathlib, random, sys
        from stylecore.engine.store.store import Store

        store, common = Store(pathlib.Path(sys.argv[1]), 10**9), b"common" * 100
        for number in range(10**6):
            name = f"job-{number % 20}"
            made = [common, *(random.randbytes(2000) for _ in range(4))]
            files = {hashlib.sha256(data).hexdigest(): data for data in made}
            store.put("job", "ann", name, {"files": list(files)}, files, spare=True)
            print(name, flush=True)
        """
    command = [sys.executable, "-c", textwrap.dedent(script), tmp_path / "store"]
    told = set()
    for seconds in (0.5, 0.7, 0.9):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            told.add(child.stdout.readline().strip())
            time.sleep(seconds)
            child.kill()
            told |= {line for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")}
        store = Store(tmp_path / "store", 10**9)
        found = {record.name: record.body["files"] for record in store.records("job")}
        assert {name.strip() for name in told} <= found.keys()
        assert all(store.read(file) for files in found.values() for file in files)
        assert {file for files in found.values() for file in files} == on_disk(store)
        store.close()
