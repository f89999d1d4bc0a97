"""What no visitor reaches of another: runs, pictures, settings, by any id, address or cookie that can be guessed.

Ann and Bob use a real server over real websockets. Bob knows the source code, the ids of Ann's runs, which are counted
up, and the ids of the widgets, which are the same on every page; but not her cookie, nor streamlit's names for her
session and files, which are random.
"""

import http.client
import json
import re
import uuid
from pathlib import Path

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.memory_media_file_storage import _calculate_file_id
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from stylecore.artifacts.recipe import read_recipe
from stylecore.ui.visitors import COOKIE
from tests.support.server import ROOT, server
from tests.support.tab import Tab, get

PATIENCE = 90  # seconds; a busy machine is no failure
PAIR = "content=Coffee&style=Embroidery&lam=0.37193&size=64&seed=471193"


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("server") / "server.log"


@pytest.fixture(scope="module")
def url(log):
    with server(log, OMP_NUM_THREADS="1") as (url, _):
        yield url


class Person:
    """A visitor with a picture."""

    def __init__(self, url, query, steps=3):
        self.tab = Tab(url, f"{query}&steps={steps}")
        self.tab.settle()
        self.paint()

    @property
    def runs(self):
        """Ids of all pictures in the history, newest first."""
        return [item["id"] for item in (self.tab.data("history") or {"items": []})["items"]]

    @property
    def removal(self):
        """The key of the button that removes what is shown."""
        return f"remove_{self.tab.data('history')['selected']}"

    @property
    def picture(self):
        return self.tab.data("picture")["after"]

    def paint(self):
        start(self.tab)
        done(self.tab)


@pytest.fixture(scope="module")
def ann(url):
    ann = Person(url, PAIR)
    yield ann
    ann.tab.close()


@pytest.fixture(scope="module")
def bob(url, ann):
    bob = Person(url, "content=Rocket&style=Marbled ink&lam=0.81&size=64")
    bob.paint()
    yield bob
    bob.tab.close()


def start(tab):
    tab.rest()
    tab.press("run_studio")
    tab.settle()


def done(tab):
    assert tab.wait(lambda: any("Done:" in text for text in tab.alerts()), PATIENCE), tab.alerts()
    tab.rest()


def running(tab):
    assert tab.wait(lambda: tab.progress().startswith("Step"), PATIENCE), tab.alerts()


def holds_nothing_of(ann, tab):
    """Whether nothing of Ann's is on a page."""
    page = b"".join(shown.element.SerializeToString() for shown in tab.shown.values())
    own = [ann.picture, ann.tab.cookies[COOKIE], "471193", "0.37193", *(f'"{name}"' for name in ann.runs)]
    return not any(thing.encode() in page for thing in own)


def newcomer(url, query="", cookie=None):
    """A page of somebody who has just come, drawn whole."""
    tab = Tab(url, query, {} if cookie is None else {COOKIE: cookie})
    tab.settle()
    tab.rest()
    return tab


def test_the_owner_finds_everything_again_and_nobody_else_anything(url, ann):
    again = newcomer(url, cookie=ann.tab.cookies[COOKIE])
    assert again.data("history")["items"]
    assert not holds_nothing_of(ann, again)
    again.close()
    stranger = newcomer(url)
    assert holds_nothing_of(ann, stranger)
    assert "Press **Run**" in stranger.alerts()[0]
    stranger.close()


# Ids of runs


def test_the_id_of_another_s_run_chooses_nothing(ann, bob):
    mine, theirs = bob.runs, ann.runs[0]
    assert len(mine) == 2
    assert re.fullmatch(r"job-\d+", theirs)  # as easy to guess as that
    bob.tab.trigger("history", "chosen", mine[1])
    bob.tab.settle()
    assert bob.tab.data("history")["selected"] == mine[1]
    for guess in (theirs, [theirs], {"id": theirs}, f"{theirs}\0", f"../{theirs}"):
        bob.tab.trigger("history", "chosen", guess)
        bob.tab.settle()
        assert bob.tab.data("history")["selected"] == mine[1]
        assert holds_nothing_of(ann, bob.tab)
    compared = WidgetState(id=bob.tab.widget("compare").proto.id)
    compared.string_array_value.data.append(theirs)
    bob.tab.rerun(compared, fragment=bob.tab.widget("compare").fragment)
    bob.tab.live(1)
    bob.tab.rest()
    assert holds_nothing_of(ann, bob.tab)


@pytest.mark.parametrize("word", ["shown", "job", "id", "picked", "owner", "visitor", "stylecore_visitor", "session"])
def test_no_word_of_an_address_leads_to_another_s_run(url, ann, word):
    for value in (ann.runs[0], ann.tab.cookies[COOKIE]):
        tab = newcomer(url, f"{word}={value}")
        assert "Press **Run**" in tab.alerts()[0]
        assert ann.picture not in json.dumps(tab.data("picture"))
        assert not tab.troubles
        tab.close()


def test_a_link_with_a_picture_of_its_owner_s_own_gives_nobody_else_that_picture(url, ann):
    ann.tab.press("as_content")
    ann.tab.settle()
    ann.tab.rest()
    assert "content=own" in ann.tab.query
    own = ann.tab.data("gallery_content")["cover"]["url"]
    assert own not in json.dumps(newcomer(url).data("gallery_content"))
    tab = newcomer(url, ann.tab.query)
    assert any("This link used the sender's own photograph" in text for text in tab.alerts("warning"))
    assert own not in json.dumps(tab.data("gallery_content"))
    tab.close()


# Buttons and settings


@pytest.fixture(scope="module")
def eve(url):
    """Somebody with a picture in the Studio and two in the lab."""
    eve = Person(url, "content=Chelsea&style=Embroidery&size=64&lambdas=0.2+0.8")
    eve.tab.go("λ lab")
    eve.tab.settle()
    eve.tab.rest()
    eve.tab.press("run_lab")
    assert eve.tab.wait(lambda: eve.tab.find("lab_lambda-lab.zip") and not eve.tab.progress())
    yield eve
    eve.tab.close()


@pytest.mark.parametrize(
    ("page", "key", "event"),
    [
        ("Studio", "gallery_content", "chosen"),
        ("Studio", "history", "chosen"),
        ("Studio", "losses", "step"),
        ("λ lab", "lab_grid", "chosen"),
        ("λ lab", "lab_scrubber", "chosen"),
        ("λ lab", "lab_trade_off", "step"),
        ("Layers", "network", "chosen"),
        ("Theory", "matrix_x", "changed"),
    ],
)
def test_events_that_no_page_would_send_are_no_trouble_to_anybody(eve, page, key, event):
    eve.tab.rest()
    eve.tab.go(page)
    eve.tab.settle()
    assert eve.tab.wait(lambda: eve.tab.find(key)), (eve.tab.query, eve.tab.alerts())
    numbered = {"lam": [0.2], "values": [99] * 8, "turn": 2}
    for value, forged in ((None, True), (10**30, False), ([1, [2]], True), (numbered, False)):
        eve.tab.rest()
        eve.tab.trigger(key, event, value, forged=forged)
        eve.tab.live(0.2)
    eve.tab.rest()
    assert not eve.tab.troubles


def test_another_s_buttons_and_slider_move_nothing(url, ann):
    ann.tab.query = f"{PAIR}&steps=400"
    ann.tab.rerun()
    ann.tab.settle()
    start(ann.tab)
    running(ann.tab)
    stop, slider = ann.tab.widget("stop"), ann.tab.widget("set_lam")
    bob = newcomer(url)
    moved = WidgetState(id=slider.proto.id)
    moved.double_array_value.data.append(0.99)
    for state in (
        *(
            WidgetState(id=stop.proto.id.replace("-stop", f"-{key}"), trigger_value=True)
            for key in ("stop", "pause", ann.removal)
        ),
        moved,
    ):
        for fragment in ("", stop.fragment):
            bob.rerun(state, fragment=fragment)
            bob.live(0.3)
    assert not bob.troubles
    bob.close()
    ann.tab.live(1.5)
    assert ann.tab.progress().startswith("Step")
    ann.tab.press("stop")
    assert ann.tab.wait(lambda: any("Stopped at" in text for text in ann.tab.alerts()), PATIENCE)
    ann.tab.rest()
    recipe = read_recipe(ann.tab.download("download_png")[1])
    assert recipe.config.lambdas == (0.37193,)
    assert recipe.changes == ()


def test_a_visitor_who_clears_the_caches_takes_nothing_from_the_others(ann, bob):
    held = ann.runs
    ann.tab.query = f"{PAIR}&steps=40"
    ann.tab.rerun()
    ann.tab.settle()
    start(ann.tab)
    running(ann.tab)
    for _ in range(3):
        bob.tab.clear_caches()
        bob.tab.rerun()
        bob.tab.settle()
    done(ann.tab)
    assert ann.runs[1:] == held
    before = set(ann.runs)
    bob.paint()
    assert not before & set(bob.runs)  # numbers are counted on, so that nothing that is kept by them mixes
    assert holds_nothing_of(ann, bob.tab)


# Cookies


def test_a_forged_cookie_is_somebody_else_s(url, ann, log):
    theirs = ann.tab.cookies[COOKIE]
    assert re.fullmatch(r"[\w-]{43}", theirs)  # 256 random bits
    text = log.read_text()
    assert theirs not in text
    pseudonyms = sorted(set(re.findall(r'"owner": "([0-9a-f]{8})"', text)))
    assert pseudonyms
    for cookie in (
        "",
        "x",
        "*",
        "%00",
        theirs[:-1],
        theirs + "A",
        theirs.swapcase(),
        theirs[::-1],
        theirs[:-1] + "%",
        "x" * 43,
        "x" * 5000,
        "../" * 14 + "a",
        "..%2f..%2fetc%2fpasswd",
        "job-1",
        ann.runs[0],
        *pseudonyms,
        pseudonyms[0] * 6,
        "None",
        "null",
        '{"a":1}',
        "ä" * 43,
    ):
        try:
            tab = newcomer(url, cookie=cookie)
        except (InvalidStatus, UnicodeEncodeError):  # it is not even a header
            continue
        assert not tab.troubles
        assert "Press **Run**" in tab.alerts()[0], cookie
        assert holds_nothing_of(ann, tab)
        assert re.fullmatch(r"[\w-]{43}", tab.cookies[COOKIE], re.ASCII)
        tab.close()


def test_names_of_sessions_that_are_guessed_join_no_session(url, ann):
    assert uuid.UUID(ann.tab.session).version == 4
    for guess in ("1", "session-1", str(uuid.UUID(int=uuid.UUID(ann.tab.session).int + 1))):
        tab = Tab(url, session=guess)
        tab.settle()
        assert tab.session not in (ann.tab.session, guess)
        assert holds_nothing_of(ann, tab)
        tab.close()


def test_a_page_of_another_site_can_t_connect(url):
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    with pytest.raises(InvalidStatus), connect(address, origin="http://elsewhere.example"):
        pass


# Files


def test_a_file_has_a_name_that_only_its_owner_can_know(url, ann, bob):
    button = ann.tab.widget("download_png").proto
    assert uuid.UUID(button.deferred_file_id).version == 4
    address, png = ann.tab.download("download_png")
    number = int(re.search(r"\d+", ann.tab.find(ann.removal).proto.label)[0])
    name = Path(address).stem
    assert name == _calculate_file_id(png, "image/png", f"stylised-{number}.png")
    assert name != _calculate_file_id(png[:-1] + b"\0", "image/png", f"stylised-{number}.png")
    for guess in (
        "",
        "/",
        f"stylised-{number}.png",
        "1.png",
        ann.runs[0],
        f"{name[:-1]}.png",
        "../app.py",
        "%2e%2e/app.py",
        f"{int(name, 16) + 1:032x}.png",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    ):
        status, data = get(url, f"/media/{guess}")
        assert status in (400, 403, 404), guess
        assert png[100:200] not in data


def test_a_file_stays_while_it_is_fetched_and_goes_with_the_result(url, ann, bob):
    ann.tab.rest()
    address = ann.tab.file_address(ann.tab.widget("download_png").proto.deferred_file_id)
    for _ in range(3):  # as others' pages are drawn all the time
        bob.tab.rerun()
        bob.tab.settle()
    assert ann.tab.get(address)[0] == 200
    ann.tab.press(ann.removal)
    ann.tab.settle()
    for _ in range(3):
        bob.tab.rerun()
        bob.tab.settle()
    assert bob.tab.get(address)[0] == 404
    assert bob.tab.find("bring_back") is None
    ann.tab.rest()
    ann.tab.press("bring_back")
    ann.tab.settle()
    assert ann.tab.find(ann.removal)


def test_pictures_of_a_page_are_in_no_address_at_all(ann):
    page = b"".join(shown.element.SerializeToString() for shown in ann.tab.shown.values())
    assert b"data:image/jpeg" in page
    assert b"/media/" not in page


def raw(url, path, method="GET"):
    """Status and bytes, of a path that is sent as it is."""
    connection = http.client.HTTPConnection(url.split("//")[1], timeout=PATIENCE)
    connection.request(method, path)
    answer = connection.getresponse()
    status, data = answer.status, answer.read()
    connection.close()
    return status, data


def test_only_plotly_is_served_beside_the_app(url, ann):
    served = {path.name for path in (ROOT / "static").iterdir()}
    assert all(name == ".gitignore" or re.fullmatch(r"plotly-[\d.]+\.min\.js", name) for name in served)
    assert any(name.startswith("plotly") for name in served)
    secret = (ROOT / "app.py").read_bytes()[:60]
    for path in (
        "",
        "../app.py",
        "%2e%2e/app.py",
        "..%2fapp.py",
        "%2e%2e%2fapp.py",
        "//etc/passwd",
        "..\\app.py",
        "../.streamlit/config.toml",
        "%252e%252e/app.py",
    ):
        for base in ("/app/static/", "/static/", "/component/", "/_stcore/bidi-components/", "/media/"):
            status, data = raw(url, base + path)
            assert secret not in data
            assert b"root:" not in data
            assert b"maxUploadSize" not in data
            if base == "/app/static/":
                assert status in (400, 403, 404), path


def test_streamlit_s_own_addresses_tell_nothing_of_visitors(url, ann):
    secrets = [ann.tab.cookies[COOKIE], ann.tab.session, "Coffee", *ann.runs]
    for path in (
        "health",
        "metrics",
        "host-config",
        "script-health-check",
        "message",
        "agent/openapi.json",
        "stream",
        "upload_file",
        f"upload_file/{ann.tab.session}/1",
    ):
        _, data = raw(url, f"/_stcore/{path}")
        assert not any(secret.encode() in data for secret in secrets), path
    for method in ("PUT", "DELETE"):  # needs a token that another site's page does not have
        assert raw(url, f"/_stcore/upload_file/{ann.tab.session}/1", method)[0] in (400, 403)
    for path in ("interact", "mcp"):
        status, data = raw(url, f"/_stcore/agent/{path}", "POST")
        assert status in (400, 403)
        assert b"does not serve the agent API" in data
