"""A removed picture is gone: neither the file's bytes nor anything made of it for display stays in the process."""

import base64
import io
import time
from types import SimpleNamespace

import pytest
from PIL import Image
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from stylecore.engine.engine import Engine
from stylecore.engine.limits import Limits
from stylecore.ui.server import get_derived_pictures, get_engine, get_visitor_store, held_bytes, job_forgotten
from stylecore.ui.state import upload_store
from tests.conftest import start_afresh
from tests.support.held import held_texts
from tests.support.pages import component_data, open_app, wait

LIMITS = Limits(max_size=256, max_steps=50, max_waiting=9, kept_mb=100, state_mb=10)


class Clock:
    seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def engine(toy, clock, monkeypatch):
    """The server's engine, with a network of one layer."""
    start_afresh()
    engine = Engine("cpu", lambda *_: toy, LIMITS, clock=clock)
    engine.on_forget(job_forgotten)
    engine.count_also(held_bytes)
    get_engine._made.append(engine)
    yield engine
    start_afresh()


def noise(side):
    buffer = io.BytesIO()
    Image.effect_noise((side, side), 80).convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


def marks(data):
    """Parts of a file that nothing else has: as they are and in base64; backwards, so that they are not found here."""
    text = data if isinstance(data, bytes) else data.encode()
    middle = len(text) // 2 // 3 * 3
    part = text[middle : middle + 30]
    return [part[::-1], base64.b64encode(part)[::-1]]


def found(marks):
    return {name for text in held_texts() for name, mark in marks.items() if mark[::-1] in text}


def left_of(marks):
    """What is still found after a while: a thread that has just let go may still be in the call that held it."""
    deadline = time.monotonic() + 10
    while (left := found(marks)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left


def test_nothing_of_a_removed_picture_and_its_result_stays_in_the_process(engine, clock):
    app = open_app(size="64", steps="3")
    app.file_uploader(key="upload_content").upload("mine.png", noise(90), "image/png")
    app.run()
    assert component_data(app, "gallery_content")["cover"]["caption"].startswith("mine.png")
    app.button(key="run_studio").click().run()
    wait(app, "Done: 3 steps")
    job = engine.jobs_of(app.session_state["visitor_name"])[0]
    app.slider(key=f"blend_{job.id}").set_value(0.5).run()
    owner, job_id = job.owner, job.id
    source = get_visitor_store().own_sources(owner)[0]
    derived = {str(key): value for key, value in get_derived_pictures()._kept.items()}
    assert {"thumbnail", "photograph", "frames", "displayed"} <= {
        word for word in ("thumbnail", "photograph", "frames", "displayed") if any(word in name for name in derived)
    }
    pieces = {"file": source.data, "preview": source.preview, "result": job.snapshot.results[0]}
    for name, value in derived.items():
        pieces[name] = value[0] if isinstance(value, tuple) else value[0][1] if isinstance(value, list) else value
    looked_for = {f"{name} {i}": mark for name, data in pieces.items() for i, mark in enumerate(marks(data))}
    assert {name.split()[0] for name in found(looked_for)} >= {"file", "preview", "result"}
    del job, source, derived, pieces, value

    app.button(key="remove_own_content").click().run()
    assert component_data(app, "gallery_content")["cover"]["caption"].startswith("Chelsea")
    assert not app.error
    app.button(key=f"remove_{job_id}").click().run()
    assert app.button(key="bring_back")
    for _ in range(20):  # longer than a removal can be undone
        clock.seconds += 9  # in steps that the engine does not take for a machine that slept
        engine.removed("nobody")
    app.run()
    app.run()  # the page before the last one is not held by anything
    assert engine.jobs_of(owner) == []
    assert held_bytes() == 0
    assert left_of(looked_for) == set()


def test_forget_everything_of_mine_leaves_nothing_in_the_process(engine):
    app = open_app(size="64", steps="3")
    app.file_uploader(key="upload_content").upload("mine.png", noise(90), "image/png")
    app.run()
    app.button(key="regions").click().run()
    app.file_uploader(key="mask_upload_0").upload("mask.png", noise(50), "image/png")
    app.run()
    app.button(key="regions_done").click().run()
    app.button(key="run_studio").click().run()
    wait(app, "Done: 3 steps")
    owner = app.session_state["visitor_name"]
    job, source = engine.jobs_of(owner)[0], get_visitor_store().own_sources(owner)[0]
    pieces = {"file": source.data, "preview": source.preview, "result": job.snapshot.results[0]}
    pieces["mask"] = job.request.inputs.leave
    looked_for = {f"{name} {i}": mark for name, data in pieces.items() for i, mark in enumerate(marks(data))}
    assert {name.split()[0] for name in found(looked_for)} == set(pieces)
    del job, source, pieces
    app.switch_page("pages/about.py").run()
    app.button(key="forget_everything").click().run()
    assert "Everything of yours is gone" in app.success[0].value
    assert not app.error
    app.switch_page("app.py").run()
    app.run()
    assert component_data(app, "gallery_content")["cover"]["caption"].startswith("Chelsea")
    assert engine.jobs_of(owner) == []
    assert held_bytes() == 0
    assert left_of(looked_for) == set()


def test_a_removed_picture_is_gone_from_another_tab_of_the_visitor_too(engine, monkeypatch):
    monkeypatch.setattr("stylecore.ui.visitors.secrets.token_urlsafe", lambda _: "a" * 43)
    file = noise(40)
    tabs = [open_app(), open_app()]
    for tab in tabs:
        tab.file_uploader(key="upload_style").upload("mine.png", file, "image/png")
        tab.run()
        assert component_data(tab, "gallery_style")["cover"]["caption"].startswith("mine.png")
    tabs[0].button(key="remove_own_style").click().run()
    for tab in tabs:
        tab.run()
        assert component_data(tab, "gallery_style")["cover"]["caption"].startswith("Swirling night")
        assert not [item for item in component_data(tab, "gallery_style")["items"] if item["label"] == "mine.png"]
        assert not tab.error


def test_a_picture_made_from_a_removed_one_stays_until_it_is_removed_itself(engine):
    app = open_app(size="64", steps="2")
    app.file_uploader(key="upload_content").upload("mine.png", noise(40), "image/png")
    app.run()
    app.button(key="run_studio").click().run()
    wait(app, "Done: 2 steps")
    app.button(key="remove_own_content").click().run()
    assert "Done: 2 steps" in app.success[0].value
    assert "mine.png in the style of" in component_data(app, "picture")["alt"]


def test_samples_have_no_button_to_remove_them(engine):
    app = open_app()
    assert not [button for button in app.button if button.key and button.key.startswith("remove_own")]


def test_a_file_that_was_taken_over_leaves_streamlit_s_upload_store(monkeypatch):
    store = MemoryUploadedFileManager("/upload")
    files = [UploadedFileRec(name, "mine.png", "image/png", b"data") for name in ("taken", "other")]
    for file in files:
        store.add_file("session", file)
    context = SimpleNamespace(uploaded_file_mgr=store, session_id="session")
    monkeypatch.setattr(upload_store, "get_script_run_ctx", lambda: context)
    upload_store.release_upload("taken")
    assert store.get_files("session", ["taken", "other"]) == [files[1]]
    upload_store.release_uploads()
    assert store.get_files("session", ["taken", "other"]) == []
