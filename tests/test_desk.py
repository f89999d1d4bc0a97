"""What visitors have chosen, over a reload."""

from stylecore.ui.desk import Desk
from stylecore.ui.pictures import Source


def upload(size, name="mine"):
    return Source(name, b"x" * size, (1, 1), b"")


def test_choices_are_kept_for_their_owner_and_role_alone():
    desk, mine = Desk(100), upload(10)
    desk.put("ann", "content", mine)
    assert desk.get("ann", "content") is mine
    assert desk.get("ann", "style") is None
    assert desk.get("bob", "content") is None


def test_the_oldest_go_when_there_are_too_many_bytes_and_samples_cost_nothing():
    desk = Desk(100)
    desk.put("ann", "content", upload(60))
    desk.put("bob", "content", Source("Coffee", b"x" * 500, (1, 1), b"", sample=True))
    desk.put("cyd", "content", upload(30))
    assert desk.get("ann", "content") is not None
    desk.put("dan", "content", upload(20))
    assert desk.get("ann", "content") is None
    assert desk.get("bob", "content") is not None
    assert desk.get("dan", "content") is not None
