"""What is kept on disk of visitors beside their runs: uploads, choices, masks, and small values."""

import pytest

from stylecore.artifacts.recipe import sha256
from stylecore.config import Postprocess
from stylecore.engine.store.recovery import FileReader
from stylecore.engine.store.store import Store
from stylecore.language import Sentence
from stylecore.samples import sample_contents
from stylecore.ui.state.kept_visitors import VisitorKeeper, restore_visitors
from stylecore.ui.state.sources import Source, sample_source
from stylecore.ui.state.visitor_store import SHOWN, VisitorStore, postprocess_key


class Server:
    """A store of visitors, and what keeps it."""

    def __init__(self, folder, max_bytes=1000):
        self.disk, self.visitors = Store(folder, 10**6), VisitorStore(max_bytes)
        restore_visitors(self.visitors, self.disk, FileReader(self.disk, []))
        self.keeper = VisitorKeeper(self.visitors)

    def keep(self):
        self.keeper.keep(self.disk)

    def files(self):
        return b"".join(path.read_bytes() for path in (self.disk.folder / "files").glob("*/*"))


@pytest.fixture
def start(tmp_path):
    running = []

    def start_server(**options):
        for before in running:
            before.disk.close()
        running[:] = [Server(tmp_path, **options)]
        return running[0]

    yield start_server
    for last in running:
        last.disk.close()


def upload(data, name="mine"):
    notices = (Sentence("It has {count} pages.", count=3),)
    return Source(name, data, (30, 20), b"preview of " + data, notices=notices, transparent=True)


def test_everything_of_a_visitor_is_there_after_a_start_and_nothing_of_it_for_another(start):
    first = start()
    photograph, style, other = upload(b"photograph"), upload(b"style", "its style"), upload(b"bob's")
    sample = sample_source(sample_contents()["Coffee"])
    visitors = first.visitors
    visitors.set_source("ann", "content", photograph)
    visitors.set_source("ann", "style", style)
    visitors.set_source("ann", "style2", sample)
    visitors.set_source("ann", "style", sample)
    visitors.set_source("bob", "content", other)
    visitors.set_masks("ann", photograph.word, {"style": b"mask"})
    visitors.set("ann", SHOWN, "job-3")
    visitors.set("ann", postprocess_key("job-3"), Postprocess(colours="luminance", blend=0.25))
    first.keep()
    visitors = start().visitors
    again = visitors.get_source("ann", "content")
    for name in ("name", "data", "size", "preview", "sample", "notices", "transparent", "token"):
        assert getattr(again, name) == getattr(photograph, name)
    assert again.notices[0].values == {"count": 3}
    assert visitors.get_source("ann", "style") is visitors.get_source("ann", "style2") is sample
    assert {own.token for own in visitors.own_sources("ann")} == {photograph.token, style.token}
    assert visitors.get_masks("ann", photograph.word) == {"style": b"mask"}
    assert visitors.get("ann", SHOWN) == "job-3"
    assert visitors.get("ann", postprocess_key("job-3")) == Postprocess(colours="luminance", blend=0.25)
    assert [own.data for own in visitors.own_sources("bob")] == [b"bob's"]
    assert visitors.get("bob", SHOWN) is None


def test_nothing_is_kept_of_who_has_only_looked_at_samples(start):
    first = start()
    first.visitors.set_source("ann", "content", sample_source(sample_contents()["Coffee"]))
    first.visitors.set("ann", SHOWN, "")
    first.keep()
    assert first.disk.owners() == []


def test_what_is_removed_is_gone_from_the_disk(start):
    first = start()
    photograph, style = upload(b"photograph"), upload(b"style")
    first.visitors.set_source("ann", "content", photograph)
    first.visitors.set_source("ann", "style", style)
    first.visitors.set_masks("ann", photograph.word, {"style": b"mask"})
    first.keep()
    assert b"photograph" in first.files()
    first.visitors.remove_source("ann", photograph)
    first.keep()
    assert b"photograph" not in first.files()
    assert b"mask" not in first.files()
    assert b"style" in first.files()
    first.visitors.forget("ann")
    first.keep()
    assert (first.files(), first.disk.owners()) == (b"", [])


def test_what_has_gone_for_lack_of_room_goes_from_the_disk(start):
    first = start(max_bytes=300)
    first.visitors.set_source("ann", "content", upload(b"x" * 100))
    first.keep()
    first.visitors.set_source("ann", "content", upload(b"y" * 250))
    first.keep()
    assert b"x" * 100 not in first.files()
    (own,) = start(max_bytes=300).visitors.own_sources("ann")
    assert own.data == b"y" * 250


def test_what_a_result_alone_needed_goes_with_it(start):
    first = start()
    first.visitors.set("ann", postprocess_key("job-1"), Postprocess(blend=0.5))
    first.keep()
    first.visitors.job_forgotten("ann", "job-1")
    first.keep()
    assert first.disk.records("value") == []


def test_what_is_as_it_was_is_not_written_again(start):
    first = start()
    first.visitors.set_source("ann", "content", upload(b"photograph"))
    first.visitors.set("ann", SHOWN, "job-3")
    first.keep()
    written = first.disk.written()
    first.visitors.set("ann", SHOWN, "job-3")
    first.visitors.note_changed(["ann"])
    first.keep()
    again = start()
    again.visitors.note_changed(["ann"])
    again.keep()
    assert again.disk.written() == written


def test_what_could_not_be_written_is_written_later(start, monkeypatch):
    first = start()
    first.visitors.set_source("ann", "content", upload(b"photograph"))
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            first.keep()
    first.keep()
    assert b"photograph" in first.files()


def test_an_upload_whose_file_is_damaged_is_as_if_it_had_never_been(start):
    first = start()
    first.visitors.set_source("ann", "content", upload(b"photograph"))
    first.visitors.set_source("ann", "style", upload(b"style"))
    first.keep()
    next((first.disk.folder / "files").glob(f"*/{sha256(b'photograph')}")).write_bytes(b"phonograph")
    visitors = start().visitors
    assert visitors.get_source("ann", "content") is None
    assert visitors.get_source("ann", "style").data == b"style"
