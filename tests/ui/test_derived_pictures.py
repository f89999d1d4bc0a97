"""Pictures made for display: made once, bounded, and gone with what they were made from."""

import pytest

from stylecore.ui.state.derived_pictures import DerivedPictures, size_of


@pytest.fixture
def cache():
    return DerivedPictures(100)


def fail():
    raise AssertionError("it is there already")


def test_a_picture_is_made_once(cache):
    assert cache.get("ann", "job-1", "thumbnail", lambda: b"x" * 10) == b"x" * 10
    assert cache.get("ann", "job-1", "thumbnail", fail) == b"x" * 10
    assert cache.get("bob", "job-1", "thumbnail", lambda: b"y") == b"y"
    assert cache.held_bytes() == 11


def test_those_not_used_for_longest_go_when_there_are_too_many_bytes(cache):
    for name in ("a", "b"):
        cache.get("ann", name, 0, lambda: b"x" * 40)
    cache.get("ann", "a", 0, fail)
    cache.get("ann", "c", 0, lambda: b"x" * 40)
    cache.get("ann", "a", 0, fail)
    assert cache.get("ann", "b", 0, lambda: b"anew") == b"anew"
    assert cache.get("ann", "d", 0, lambda: b"x" * 101)
    assert cache.held_bytes() == 0  # even the newest goes if it alone is too large


def test_with_an_original_all_that_was_made_of_it_goes(cache):
    for kind in ("thumbnail", ("displayed", 5)):
        cache.get("ann", "job-1", kind, lambda: b"x")
    cache.get("ann", "job-2", 0, lambda: b"x")
    cache.get("bob", "job-1", 0, lambda: b"x")
    cache.forget("ann", "job-1")
    assert cache.held_bytes() == 2
    assert cache.get("ann", "job-1", "thumbnail", lambda: b"late") == b"late"
    assert cache.held_bytes() == 2


def test_what_is_being_made_while_its_original_is_forgotten_is_not_kept(cache):
    def make():
        cache.forget("ann", "job-1")
        return b"x"

    assert cache.get("ann", "job-1", 0, make) == b"x"
    assert cache.held_bytes() == 0


def test_all_bytes_in_a_value_count():
    assert size_of([(5, b"12345"), (6, b"12")]) == 7
    assert size_of((b"123", (4, 5))) == 3
    assert size_of("data:") == 5
    assert size_of(None) == 0
