"""What visitors have chosen, over a reload."""

from stylecore.ui.state.sources import Source
from stylecore.ui.state.visitor_store import VisitorStore


def upload(size, name="mine"):
    return Source(name, b"x" * size, (1, 1), b"")


def test_choices_are_kept_for_their_owner_and_role_alone():
    desk, mine = VisitorStore(100), upload(10)
    desk.put("ann", "content", mine)
    assert desk.get("ann", "content") is mine
    assert desk.get("ann", "style") is None
    assert desk.get("bob", "content") is None


def test_a_picture_of_one_s_own_is_found_by_its_token_by_nobody_else():
    desk, first, second = VisitorStore(100), upload(10), upload(10)
    desk.put("ann", "content", first)
    desk.put("ann", "content", second)
    assert first.token != second.token
    assert desk.find("ann", first.token) is first
    assert desk.find("bob", first.token) is None
    assert desk.find("ann", "") is None
    assert desk.own("ann") == [second, first]
    assert desk.own("bob") == []
    desk.put("ann", "style", upload(90))
    assert desk.find("ann", first.token) is None


def test_notes_are_their_owner_s_and_bounded(monkeypatch):
    monkeypatch.setattr("stylecore.ui.state.visitor_store.NOTES", 2)
    desk = VisitorStore(100)
    for name in ("a", "b", "c"):
        desk.note("ann", name, name)
    assert [desk.noted("ann", name) for name in ("a", "b", "c")] == [None, "b", "c"]
    assert desk.noted("bob", "c") is None


def test_the_oldest_go_when_there_are_too_many_bytes_and_samples_cost_nothing():
    desk = VisitorStore(100)
    desk.put("ann", "content", upload(60))
    desk.put("bob", "content", Source("Coffee", b"x" * 500, (1, 1), b"", sample=True))
    desk.put("cyd", "content", upload(30))
    assert desk.get("ann", "content") is not None
    desk.put("dan", "content", upload(20))
    assert desk.get("ann", "content") is None
    assert desk.get("bob", "content") is not None
    assert desk.get("dan", "content") is not None
