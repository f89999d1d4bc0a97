"""What a server has once."""

import threading
import time

import pytest
import streamlit as st

from stylecore.ui.state.singleton import singleton


def test_all_who_ask_at_once_get_the_same_thing():
    @singleton
    def thing():
        time.sleep(0.1)
        return object()

    found = []
    threads = [threading.Thread(target=lambda: found.append(thing())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20
    assert len(set(map(id, found))) == 1


def test_nobody_empties_it_by_streamlit_s_caches():
    thing = singleton(object)
    before = thing()
    st.cache_data.clear()
    st.cache_resource.clear()
    assert thing() is before
    thing.clear()
    assert thing() is not before


def test_what_went_wrong_is_tried_again():
    fails = [ValueError("first"), None]

    @singleton
    def thing():
        if (problem := fails.pop(0)) is not None:
            raise problem
        return "made"

    with pytest.raises(ValueError, match="first"):
        thing()
    assert thing() == "made"
