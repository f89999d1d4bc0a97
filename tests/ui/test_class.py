"""A class that opens one link: results of samples are there for everybody at once, those of own pictures for nobody."""

import io
import json

import pytest
from PIL import Image

from tests.long.server_memory import bring
from tests.support.server import server
from tests.support.tab import Tab

PATIENCE = 90  # seconds; a busy machine is no failure
LINK = "size=64&steps=3&lambdas=0.2+0.8&content=Rocket&style=Embroidery"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with server(tmp_path_factory.mktemp("server") / "server.log", OMP_NUM_THREADS="1") as (url, _):
        yield url


@pytest.fixture(scope="module")
def page(url):
    """Streamlit's name of the λ lab, which a browser reads out of the address."""
    tab = Tab(url)
    tab.settle()
    links = {shown.proto.label: shown.proto.page_script_hash for shown in tab.of_kind("page_link")}
    tab.close()
    return links["λ lab"]


def lab(url, page, query):
    tab = Tab(url, query, page=page)
    tab.settle()
    tab.rest()
    return tab


def painted(tab):
    tab.press("run_lab")
    assert tab.wait(lambda: tab.find("lab_lambda-lab.zip") and not tab.progress(), PATIENCE), tab.alerts()
    tab.rest()
    return pictures(tab)


def pictures(tab):
    grid = tab.data("lab_grid") or {"rows": []}
    return [cell["url"] for row in grid["rows"] for cell in row["cells"] if cell["url"]]


def noise():
    buffer = io.BytesIO()
    Image.effect_noise((90, 60), 60).convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("pupils", [8, pytest.param(30, marks=pytest.mark.long)])
def test_all_see_the_finished_grid_of_samples_and_wait_in_no_queue(url, page, pupils):
    link = f"{LINK}&seed={pupils}"
    teacher = lab(url, page, link)
    made = painted(teacher)
    assert len(made) == 2
    for pupil in [lab(url, page, link) for _ in range(pupils)]:
        assert pictures(pupil) == made
        assert not pupil.progress()
        assert not pupil.troubles
        pupil.close()
    teacher.close()


def test_what_is_painted_of_an_own_picture_is_seen_by_nobody_else(url, page):
    owner = lab(url, page, LINK)
    bring(owner, url, "content", noise())
    owner.rest()
    assert "content=own" in owner.query
    made = painted(owner)
    assert len(made) == 2
    for query in (LINK, owner.query):
        other = lab(url, page, query)
        page = json.dumps([shown.element.SerializeToString().decode("latin-1") for shown in other.shown.values()])
        assert not any(picture in page for picture in made)
        other.close()
    owner.close()
