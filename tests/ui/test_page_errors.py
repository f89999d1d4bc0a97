"""Errors of pages: sentences for people are shown, everything else is logged and becomes one plain sentence."""

import pytest
from streamlit.testing.v1 import AppTest

from stylecore.errors import UserError
from stylecore.ui.page_errors import UNEXPECTED

BUG = ValueError("a secret of the inside")


def body(error):
    import streamlit as st

    from stylecore.ui.page_errors import errors_shown

    with errors_shown():
        st.write("before")
        if error is not None:
            raise error
        st.write("after")


def callbacks(error):
    import streamlit as st

    from stylecore.ui.page_errors import guarded_callback, show_callback_error

    def fail():
        raise error

    show_callback_error()
    st.button("Press", key="press", on_click=guarded_callback(fail))


def fragment(error):
    import streamlit as st

    from stylecore.ui.page_errors import errors_shown, guarded

    def draw():
        raise error

    with errors_shown():
        st.fragment(guarded(draw))()
        st.write("after")


def stopping(error):
    import streamlit as st

    from stylecore.ui.page_errors import errors_shown

    with errors_shown():
        st.stop()


def run(page, error):
    return AppTest.from_function(page, args=(error,)).run()


@pytest.mark.parametrize("page", [body, fragment])
@pytest.mark.parametrize(("error", "sentence"), [(BUG, UNEXPECTED), (UserError("Too large."), "Too large.")])
def test_an_error_is_one_sentence_and_a_bug_is_logged(page, error, sentence, caplog):
    app = run(page, error)
    assert [shown.value for shown in app.error] == [sentence]
    assert not app.exception
    logged = [record for record in caplog.records if record.name == "stylecore.ui.page_errors"]
    assert [record.exc_info[1] for record in logged] == ([BUG] if error is BUG else [])


def test_what_stands_before_an_error_stays_and_a_failed_fragment_ends_no_page():
    assert [shown.value for shown in run(body, BUG).markdown] == ["before"]
    assert [shown.value for shown in run(fragment, BUG).markdown] == ["after"]


@pytest.mark.parametrize(("error", "sentence"), [(BUG, UNEXPECTED), (UserError("Too large."), "Too large.")])
def test_an_error_of_a_callback_is_told_once(error, sentence):
    app = run(callbacks, error)
    assert not app.error
    app.button(key="press").click().run()
    assert [shown.value for shown in app.error] == [sentence]
    assert not app.exception
    app.run()
    assert not app.error


def test_streamlit_s_own_stop_is_no_error():
    app = run(stopping, None)
    assert not app.error
    assert not app.exception
