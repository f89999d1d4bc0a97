"""Reading picture files, and writing files that appear whole or not at all."""

import errno
import fcntl
import os
import stat
import sys
import threading

import pytest

from stylecore.errors import ImageError
from stylecore.imaging import files
from stylecore.imaging.files import STDOUT, is_written_into, new_file, read, stream_at, write_whole


def test_read(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert read(tmp_path / "a") == b"abc"
    assert read(tmp_path / "a", 1) == b"ab"  # one more, so that it can be refused
    for path, words in ((tmp_path / "none.png", "No such file"), (tmp_path, "directory")):
        with pytest.raises(ImageError, match=words):
            read(path)


@pytest.mark.parametrize("name", ["none.png", ".", "a\0b.png", "\udcff.png"], ids=ascii)
def test_files_that_cannot_be_read(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ImageError, match="can't be read"):
        read(name)


def test_write_whole_writes_and_replaces(tmp_path):
    target = tmp_path / "out.png"
    for data in (b"first", b"second, longer", b""):
        write_whole(target, data)
        assert target.read_bytes() == data
    assert os.listdir(tmp_path) == ["out.png"]
    (tmp_path / "plain").touch()
    assert target.stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o444])
def test_the_mode_of_a_file_stays_when_it_is_replaced(tmp_path, mode):
    target = tmp_path / "out.png"
    target.write_bytes(b"before")
    target.chmod(mode)
    write_whole(target, b"after")
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (b"after", mode)


def test_a_private_file_is_private_while_it_is_written(tmp_path, monkeypatch):
    target = tmp_path / "out.png"
    target.touch(0o600)
    seen = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode)))
    write_whole(target, b"secret")
    assert seen == [0o600]


def test_a_link_is_followed_and_stays(tmp_path):
    (tmp_path / "real").mkdir()
    target, link, second, dangling = (tmp_path / name for name in ("real/a.png", "b.png", "c.png", "d.png"))
    target.write_bytes(b"before")
    link.symlink_to("real/a.png")
    second.symlink_to(link)
    dangling.symlink_to("real/new.png")
    write_whole(second, b"after")
    write_whole(dangling, b"new")
    assert target.read_bytes() == b"after"
    assert (tmp_path / "real" / "new.png").read_bytes() == b"new"
    assert all(path.is_symlink() for path in (link, second, dangling))
    assert sorted(os.listdir(tmp_path / "real")) == ["a.png", "new.png"]


def test_another_hard_link_keeps_the_old_contents(tmp_path):
    target, backup = tmp_path / "out.png", tmp_path / "backup.png"
    target.write_bytes(b"before")
    backup.hardlink_to(target)
    write_whole(target, b"after")
    assert (target.read_bytes(), backup.read_bytes()) == (b"after", b"before")


def test_links_in_a_circle_and_names_that_no_file_can_have(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for name in ("a", "x" * 300, "a\0b", "\ud800"):
        with pytest.raises(OSError, match="can't be written: "):
            write_whole(tmp_path / name, b"data")
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_the_longest_name_can_be_written(tmp_path):
    target = tmp_path / ("x" * 251 + ".png")
    write_whole(target, b"data")
    assert target.read_bytes() == b"data"


def test_a_named_pipe_is_written_into(tmp_path):
    pipe, data = tmp_path / "pipe", os.urandom(300_000)  # more than it holds at a time
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, data)
    reader.join()
    assert got == [data]
    assert stat.S_ISFIFO(os.lstat(pipe).st_mode)


def test_a_pipe_that_nobody_reads_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "PATIENCE", 0.05)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(TimeoutError, match="nobody reads from it"):
        write_whole(pipe, b"data")
    silent = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(TimeoutError, match="nobody reads from it"):
        write_whole(pipe, bytes(300_000))
    os.close(silent)
    assert stat.S_ISFIFO(os.lstat(pipe).st_mode)


def test_a_device_is_written_into():
    before = os.lstat("/dev/null")
    write_whole(files.Path("/dev/null"), b"data")
    assert os.path.samestat(os.lstat("/dev/null"), before)
    with pytest.raises(OSError, match="/dev/full can't be written: No space left"):
        write_whole(files.Path("/dev/full"), b"data")


def test_an_open_file_is_written_into_by_its_link(tmp_path):
    with open(tmp_path / "log", "wb") as log:
        link = tmp_path / "link"
        link.symlink_to(f"/proc/self/fd/{log.fileno()}")
        write_whole(link, b"data")
        assert link.is_symlink()
        assert os.fstat(log.fileno()).st_nlink == 1  # the very file
    assert (tmp_path / "log").read_bytes() == b"data"


def test_standard_output_by_every_name(tmp_path, capfdbinary):
    link = tmp_path / "link"
    link.symlink_to("/proc/self/fd/1")
    print("before")  # stays before, though Python has it in a buffer
    for path in (STDOUT, link):
        assert stream_at(path) is sys.stdout
        write_whole(path, b"data\n")
    assert capfdbinary.readouterr().out == b"before\ndata\ndata\n"
    assert stream_at(tmp_path / "other") is None
    assert not is_written_into(tmp_path / "other")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS])
@pytest.mark.parametrize("place", ["open", "replace"])
def test_what_cannot_be_exchanged_is_written_into(tmp_path, monkeypatch, place, number):
    """A file in a folder that takes no new ones, somebody else's in a sticky folder, one that is mounted by itself."""
    target, whole = tmp_path / "out.png", getattr(os, place)
    target.write_bytes(b"before, and longer")

    def refuse(path, *rest, **more):
        if place == "replace" or files.PREFIX in os.fspath(path):
            raise OSError(number, os.strerror(number))
        return whole(path, *rest, **more)

    monkeypatch.setattr(os, place, refuse)
    inode = target.stat().st_ino
    write_whole(target, b"after")
    assert (target.read_bytes(), target.stat().st_ino) == (b"after", inode)
    with pytest.raises(OSError, match="can't be written"):
        write_whole(tmp_path / "new.png", b"data")
    assert os.listdir(tmp_path) == ["out.png"]


@pytest.mark.parametrize("problem", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("place", ["fsync", "replace"])
def test_write_whole_leaves_nothing_behind_when_it_fails(tmp_path, monkeypatch, place, problem):
    target = tmp_path / "out.png"
    target.write_bytes(b"before")

    def fail(*_arguments):
        assert target.read_bytes() == b"before"
        raise problem

    monkeypatch.setattr(os, place, fail)
    with pytest.raises(type(problem)):
        write_whole(target, b"after")
    assert target.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["out.png"]


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path):
    dead, living = (tmp_path / f"{files.PREFIX}{name}{files.SUFFIX}" for name in ("dead", "living"))
    dead.write_bytes(b"half")
    with open(living, "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        write_whole(tmp_path / "out.png", b"data")
        assert sorted(os.listdir(tmp_path)) == sorted([living.name, "out.png"])
    with new_file(tmp_path) as first, new_file(tmp_path) as second:
        assert sorted(os.listdir(tmp_path)) == sorted([*(os.path.basename(f.name) for f in (first, second)), "out.png"])
    assert os.listdir(tmp_path) == ["out.png"]


def test_write_whole_into_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "out.png", b"data")
    assert not os.listdir(tmp_path)
