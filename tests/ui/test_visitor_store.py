"""What the server keeps of visitors over a reload, within its budget."""

import dataclasses

import pytest

from stylecore.config import Postprocess, TransferConfig
from stylecore.engine.jobs import Job, Request, Snapshot
from stylecore.imaging.inputs import pair
from stylecore.ui.state.sources import Source
from stylecore.ui.state.visitor_store import LOST_MASKS, SHOWN, StoreKey, VisitorStore, postprocess_key


def upload(size, name="mine", letter=b"x"):
    return Source(name, letter * size, (1, 1), b"")


def job(name, content, style=b"style", result=b"result"):
    request = Request(inputs=pair(content, style), config=TransferConfig())
    snapshot = Snapshot(status="finished", results=(result,))
    return Job(id=name, owner="ann", number=1, request=request, cost=None, snapshot=snapshot, seen=0.0)


def test_choices_are_kept_for_their_owner_and_role_alone():
    store, mine = VisitorStore(100), upload(10)
    store.set_source("ann", "content", mine)
    assert store.get_source("ann", "content") is mine
    assert store.get_source("ann", "style") is None
    assert store.get_source("bob", "content") is None


def test_a_picture_of_one_s_own_is_found_by_its_token_by_nobody_else():
    store, first, second = VisitorStore(100), upload(10), upload(10)
    store.set_source("ann", "content", first)
    store.set_source("ann", "content", second)
    assert first.token != second.token
    assert store.find_source("ann", first.token) is first
    assert store.find_source("bob", first.token) is None
    assert store.find_source("ann", "") is None
    assert store.own_sources("ann") == [second, first]
    assert store.own_sources("bob") == []
    store.set_source("ann", "style", upload(90))
    assert store.find_source("ann", first.token) is None


def test_values_are_their_owner_s_and_bounded(monkeypatch):
    monkeypatch.setattr("stylecore.ui.state.visitor_store.MAX_VALUES", 2)
    store = VisitorStore(100)
    keys = [StoreKey(name) for name in ("a", "b", "c")]
    for key in keys:
        store.set("ann", key, key.name)
    assert [store.get("ann", key) for key in keys] == [None, "b", "c"]
    assert store.get("bob", keys[2]) is None


def test_of_whoever_has_most_the_oldest_go_and_samples_cost_nothing():
    store, first = VisitorStore(100), upload(60)
    store.set_source("ann", "content", first)
    store.set_source("bob", "content", Source("Coffee", b"x" * 500, (1, 1), b"", sample=True))
    store.set_source("cyd", "content", upload(30))
    assert store.get_source("ann", "content") is not None
    assert store.held_bytes() == 90
    assert store.set_source("dan", "content", upload(20)) == [("ann", first.token)]
    assert store.get_source("ann", "content") is None
    assert first.erased  # a tab that has it chosen holds nothing of it either
    assert store.get_source("bob", "content") is not None
    assert store.get_source("dan", "content") is not None
    assert store.held_bytes() == 50
    assert [store.take_losses(owner) for owner in ("dan", "ann", "ann")] == [[], ["mine"], []]


def test_many_pictures_of_one_visitor_take_none_of_anybody_else():
    store = VisitorStore(100)
    others = [upload(2, letter=bytes([65 + i])) for i in range(30)]
    for i, source in enumerate(others):
        store.set_source(f"visitor {i}", "content", source)
    for i in range(8):
        store.set_source("ann", "content", upload(25, letter=b"%d" % i))
    assert not any(source.erased for source in others)
    assert len(store.own_sources("ann")) == 1
    assert store.held_bytes() <= 100


def test_what_is_chosen_goes_last():
    store, chosen, tried = VisitorStore(100), upload(40, letter=b"1"), upload(40, letter=b"2")
    store.set_source("ann", "style", chosen)
    for source in (tried, upload(40, letter=b"3")):
        store.set_source("ann", "content", source)
    assert (chosen.erased, tried.erased) == (False, True)


def test_a_picture_in_two_roles_is_within_the_budget():
    store, mine = VisitorStore(100), upload(60)
    again = dataclasses.replace(mine)  # as a tab has it that has chosen the same file anew
    store.set_source("ann", "content", mine)
    store.set_source("ann", "style", again)
    store.set_source("ann", "init", upload(60, letter=b"y"))
    assert store.get_source("ann", "content") is None
    assert store.get_source("ann", "style") is None
    assert mine.erased
    assert again.erased


def test_everything_of_a_visitor_can_be_forgotten():
    store, mine, theirs = VisitorStore(100), upload(10), upload(10)
    store.set_source("ann", "content", mine)
    store.set_source("bob", "content", theirs)
    store.set("ann", SHOWN, "job-1")
    store.note_uses("ann", [job("job-1", mine.data)])
    assert store.forget("ann") == [mine.token]
    assert mine.erased
    assert store.own_sources("ann") == []
    assert store.get("ann", SHOWN) is None
    assert store.get_source("ann", "content") is None
    assert store.get_source("bob", "content") is theirs


def test_a_removed_picture_is_erased_in_every_tab_and_under_every_token():
    store, here, there, other = VisitorStore(100), upload(10), upload(10), upload(10, letter=b"y")
    for source in (here, there, other):
        store.set_source("ann", "content", source)
    assert set(store.remove_source("ann", here)) == {here.token, there.token}
    assert (here.erased, there.erased, other.erased) == (True, True, False)
    assert store.own_sources("ann") == [other]
    store.set_source("ann", "style", here)  # another tab that is just being drawn
    assert store.get_source("ann", "style") is None
    assert store.remove_source("ann", here) == []


def test_what_has_left_the_store_but_is_chosen_in_a_tab_is_erased_too():
    store, first = VisitorStore(100), upload(60)
    store.set_source("ann", "content", first)
    store.set_source("ann", "style", upload(60, letter=b"y"))
    assert store.find_source("ann", first.token) is None
    store.remove_source("ann", upload(60))
    assert first.erased


def test_a_forgotten_job_takes_along_the_pictures_that_nothing_else_needs():
    store, once, twice, shown = VisitorStore(100), upload(10, letter=b"1"), upload(10, letter=b"2"), upload(10)
    unused, result = upload(10, letter=b"3"), upload(10, letter=b"4")
    for source in (once, twice, unused, result, shown):
        store.set_source("ann", "content", source)
    store.note_uses("ann", [job("job-1", once.data, twice.data, result.data), job("job-2", twice.data, shown.data)])
    store.set("ann", postprocess_key("job-1"), Postprocess(blend=0.5))
    store.set("ann", SHOWN, "job-1")
    assert set(store.job_forgotten("ann", "job-1")) == {once.token, result.token}
    assert store.get("ann", postprocess_key("job-1")) is None
    assert set(store.own_sources("ann")) == {twice, unused, shown}
    assert not once.erased  # a tab that has it chosen keeps it
    assert store.job_forgotten("ann", "job-2") == [twice.token]
    assert set(store.own_sources("ann")) == {unused, shown}


def test_a_file_that_a_job_has_too_is_not_counted_twice():
    store, mine = VisitorStore(100), upload(10)
    store.set_source("ann", "content", mine)
    store.note_uses("ann", [job("job-1", mine.data)])
    assert store.held_bytes() == 0
    store.job_forgotten("ann", "job-1")
    assert store.held_bytes() == 10


@pytest.mark.parametrize("forgotten", [False, True])
def test_nobody_else_s_pictures_go(forgotten):
    store, mine, theirs = VisitorStore(100), upload(10), upload(10)
    store.set_source("ann", "content", mine)
    store.set_source("bob", "content", theirs)
    store.note_uses("bob", [job("job-1", theirs.data)])
    if forgotten:
        store.job_forgotten("ann", "job-1")
    else:
        store.remove_source("ann", mine)
    assert store.get_source("bob", "content") is theirs
    assert not theirs.erased


def test_masks_are_their_owner_s_and_their_photograph_s_and_count():
    store = VisitorStore(100)
    store.set_masks("ann", "Chelsea", {"leave": b"x" * 10, "style2": b"y" * 20})
    assert store.get_masks("ann", "Chelsea")["style2"] == b"y" * 20
    assert store.get_masks("ann", "Coffee") == store.get_masks("bob", "Chelsea") == {}
    assert store.held_bytes() == 30
    store.set_masks("ann", "Chelsea", {})
    assert store.held_bytes() == 0


def test_masks_go_with_their_photograph_and_when_all_is_forgotten():
    store, mine = VisitorStore(100), upload(10)
    store.set_source("ann", "content", mine)
    store.set_masks("ann", mine.word, {"leave": b"x"})
    store.set_masks("ann", "Chelsea", {"leave": b"x"})
    store.remove_source("ann", mine)
    assert store.get_masks("ann", mine.word) == {}
    assert store.get_masks("ann", "Chelsea") == {"leave": b"x"}
    store.forget("ann")
    assert store.held_bytes() == 0


def test_masks_share_the_budget_of_pictures_and_the_newest_stay():
    store, first = VisitorStore(100), upload(60)
    store.set_source("ann", "content", first)
    store.set_masks("ann", "Chelsea", {"leave": b"x" * 30})
    store.set_masks("ann", first.word, {"leave": b"x" * 30})
    assert store.get_masks("ann", "Chelsea") == {}
    assert store.get_masks("ann", first.word) != {}
    assert not first.erased
    assert store.take_losses("ann") == [LOST_MASKS]
    store.set_source("bob", "content", upload(50))
    assert store.held_bytes() <= 100


def test_masks_move_with_the_styles_that_they_are_of():
    store = VisitorStore(100)
    store.set_masks("ann", "Chelsea", {"leave": b"1", "style2": b"2", "style3": b"3"})
    store.set_masks("ann", "Coffee", {"style2": b"2"})
    store.set_masks("bob", "Coffee", {"style2": b"2"})
    store.rename_masks("ann", {"leave": "leave", "style": "style", "style3": "style2"})
    assert store.get_masks("ann", "Chelsea") == {"leave": b"1", "style2": b"3"}
    assert store.get_masks("ann", "Coffee") == {}
    assert store.get_masks("bob", "Coffee") == {"style2": b"2"}
