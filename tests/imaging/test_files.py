"""Reading picture files, and writing files that appear whole or not at all."""

import os

import pytest

from stylecore.errors import ImageError
from stylecore.imaging.files import read, write_whole


def test_read(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert read(tmp_path / "a") == b"abc"
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


@pytest.mark.parametrize("problem", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("place", ["fsync", "replace", "chmod"])
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


def test_write_whole_into_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "out.png", b"data")
    assert not os.listdir(tmp_path)
