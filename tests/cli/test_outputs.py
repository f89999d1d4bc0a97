"""What is found out about outputs before a run starts."""

import errno
import os
import resource
import socket
from pathlib import Path

import pytest

from stylecore.cli import outputs
from stylecore.cli.outputs import Output, picture_outputs, try_outputs
from stylecore.errors import SettingError
from stylecore.imaging.files import PREFIX, STDOUT

SIZE = (32, 24)


def tried(path, log=None, inputs=()):
    try_outputs([Output(path=Path(path), kind="png")], SIZE, log and str(log), 1000, map(str, inputs))


@pytest.mark.parametrize(
    ("name", "asked", "kind"),
    [
        ("a.png", None, "png"),
        ("a.JPG", None, "jpeg"),
        ("a.jpeg", "jpeg", "jpeg"),
        ("a.jfif", None, "jpeg"),
        ("a.webp", None, "webp"),
        ("a.tif", None, "tiff"),
        ("a.TIFF", None, "tiff"),
        ("a.img", "tiff", "tiff"),
        ("-", None, "png"),
        ("-", "webp", "webp"),
        ("/dev/null", None, "png"),
    ],
)
def test_the_name_says_the_format(name, asked, kind):
    assert picture_outputs(name, [0.2], asked) == [Output(path=Path(name), kind=kind)]


def test_several_lambdas_have_a_name_each():
    assert [str(output.path) for output in picture_outputs("a.b.jpg", [0.2, 1.0])] == ["a.b-0.2.jpg", "a.b-1.jpg"]
    for name in ("-", "/dev/null"):
        with pytest.raises(SettingError, match="takes one picture"):
            picture_outputs(name, [0.2, 1.0])


@pytest.mark.parametrize("name", ["x" * 300 + ".png", "a\0.png", "\ud800.png"], ids=ascii)
def test_names_that_no_file_can_have(tmp_path, name):
    with pytest.raises(SettingError, match="can't be written"):
        picture_outputs(str(tmp_path / name), [0.2])
    with pytest.raises(SettingError, match="can't be written"):
        tried(tmp_path / "a.png", log=tmp_path / name)


def test_a_try_changes_nothing(tmp_path):
    old = tmp_path / "old.png"
    old.write_bytes(b"before")
    (tmp_path / "link.png").symlink_to("dangling.png")
    before = old.stat()
    for name in ("old.png", "new.png", "link.png"):
        tried(tmp_path / name, log=tmp_path / "steps.jsonl")
    after = old.stat()
    assert (after.st_mtime_ns, after.st_ino, old.read_bytes()) == (before.st_mtime_ns, before.st_ino, b"before")
    assert sorted(os.listdir(tmp_path)) == ["link.png", "old.png"]


def test_no_input_is_replaced_by_any_of_its_names(tmp_path):
    source = tmp_path / "in.png"
    source.write_bytes(b"input")
    (tmp_path / "soft.png").symlink_to(source)
    (tmp_path / "hard.png").hardlink_to(source)
    (tmp_path / "folder").symlink_to(tmp_path)
    for name in ("in.png", "soft.png", "hard.png", "folder/in.png"):
        with pytest.raises(SettingError, match="would overwrite an input"):
            tried(tmp_path / name, inputs=[source])
        with pytest.raises(SettingError, match="would overwrite an input"):
            tried(tmp_path / "out.png", log=tmp_path / name, inputs=[source])


def test_no_output_is_replaced_by_another_even_if_neither_is_there_yet(tmp_path):
    (tmp_path / "log").symlink_to("out.png")
    with pytest.raises(SettingError, match="log would overwrite a picture"):
        tried(tmp_path / "out.png", log=tmp_path / "log")
    assert os.listdir(tmp_path) == ["log"]
    tried(tmp_path / "out.png", log="/dev/null", inputs=["/dev/null"])  # which nothing can overwrite


def test_standard_output_is_one_file_by_all_its_names(capfdbinary):
    with pytest.raises(SettingError, match="/dev/stdout would overwrite a picture"):
        tried(STDOUT, log="/dev/stdout")


def test_a_recipe_and_a_start_are_inputs(transfer_to, inputs, tmp_path):
    first = tmp_path / "first.png"
    assert transfer_to(first)[0] == 0
    for options in (("--recipe", str(first)), ("--init-image", str(first))):
        status, told = transfer_to(first, *options)
        assert status == 2
        assert "would overwrite an input" in told


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_without_room_is_found_before_the_run(tmp_path, monkeypatch, number):
    def full(_descriptor, _start, count):
        assert count > SIZE[0] * SIZE[1] * 3  # as if the picture could not be compressed
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(SettingError, match=os.strerror(number)):
        tried(tmp_path / "out.png")
    assert not os.listdir(tmp_path)


def test_a_limit_on_the_size_of_files_is_found_before_the_run(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(SettingError, match="File too large"):
            tried(tmp_path / "out.png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("has_fallocate", [True, False])
def test_a_disk_that_can_t_tell_its_room_is_no_reason_to_refuse(tmp_path, monkeypatch, has_fallocate):
    def unsupported(*_arguments):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    if has_fallocate:
        monkeypatch.setattr(os, "posix_fallocate", unsupported)
    else:  # macOS, Windows
        monkeypatch.delattr(os, "posix_fallocate")
    tried(tmp_path / "out.png")


def test_a_protected_file_is_found_and_a_folder_that_takes_no_files_is(tmp_path, monkeypatch):
    """The tests may run as root, whom no mode stops."""
    whole, closed, old = os.open, tmp_path / "closed", tmp_path / "closed" / "old.png"
    closed.mkdir()
    old.touch()

    def guarded(path, flags, *rest, **more):
        name = os.fspath(path)
        if name in refused or PREFIX in name:
            raise PermissionError(errno.EACCES, "Permission denied")
        return whole(path, flags, *rest, **more)

    monkeypatch.setattr(outputs.os, "open", guarded)
    refused = {str(old)}
    with pytest.raises(SettingError, match=r"old.png can't be written \(Permission denied\)"):
        tried(old)
    refused = set()
    tried(old)  # it can be written into
    with pytest.raises(SettingError, match="Permission denied"):
        tried(closed / "new.png")
    assert os.listdir(closed) == ["old.png"]


@pytest.mark.parametrize("name", ["/proc/out.png", "/proc/self/fd/none.png"])
def test_folders_that_take_no_file_even_from_root(name):
    with pytest.raises(SettingError, match="can't be written"):
        tried(name)


def test_a_socket_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        with pytest.raises(SettingError, match="a disk or a socket"):
            tried("socket")


def test_a_picture_is_kept_off_a_terminal(tmp_path):
    master, slave = os.openpty()
    with pytest.raises(SettingError, match="a terminal can't show"):
        tried(os.ttyname(slave))
    tried(tmp_path / "out.png", log=os.ttyname(slave))  # a log is text
    os.close(master)
    os.close(slave)


def test_a_side_that_the_format_can_t_have():
    with pytest.raises(SettingError, match="webp pictures have at most 16383"):
        try_outputs([Output(path=Path("a.webp"), kind="webp")], (20_000, 10), None, 0, [])
