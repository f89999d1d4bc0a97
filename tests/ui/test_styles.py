"""Several styles in the Studio, in Streamlit's own test harness: added, weighed, kept in the address, removed."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from stylecore.ui.server import get_engine
from tests.conftest import start_afresh
from tests.support.pages import component_data, open_app, run_and_wait, words


@pytest.fixture(scope="module", autouse=True)
def server():
    """One engine for all tests here: every test is another visitor."""
    start_afresh()
    yield
    start_afresh()


def test_one_style_has_no_mix_and_no_word_in_the_address():
    app = open_app(size="64")
    assert not [slider for slider in app.slider if slider.key.startswith("mix")]
    assert {"style2", "mix"}.isdisjoint(app.query_params)


def test_a_style_that_is_added_is_another_sample_and_can_be_removed_again():
    app = open_app(size="64", style="Embroidery")
    app.button(key="add_style").click().run()
    added = app.query_params["style2"]
    assert added not in ("", "Embroidery")
    assert [part["share"] for part in component_data(app, "mix_style")["parts"]] == [0.5, 0.5]
    app.slider(key="mix_of_style_style2").set_value(30).run()
    assert app.query_params["mix"] == "0.7 0.3"
    app.button(key="drop_style2").click().run()
    assert {"style2", "mix"}.isdisjoint(app.query_params)
    app.button(key="add_style").click().run()
    assert app.slider(key="mix_of_style_style2").value == 50


def test_five_styles_are_the_most_and_have_a_weight_each():
    app = open_app(size="64")
    for _ in range(4):
        app.button(key="add_style").click().run()
    assert not [button for button in app.button if button.key == "add_style"]
    styles = {app.query_params[name] for name in ("style", "style2", "style3", "style4", "style5")}
    assert len(styles) == 5
    app.slider(key="weight_of_style3").set_value(0.25).run()
    assert app.query_params["mix"] == "1 1 0.25 1 1"


def test_behind_a_style_that_is_gone_the_others_move_up_with_their_weights():
    app = open_app(size="64", style="Embroidery", style2="Stained glass", style3="Stone mosaic", mix="1 0.5 0.25")
    app.button(key="drop_style2").click().run()
    assert (app.query_params["style2"], app.query_params["mix"]) == ("Stone mosaic", "1 0.25")
    assert "style3" not in app.query_params
    app = open_app(size="64", style="Embroidery", style2="own-1234", style3="Stone mosaic")
    app.run()  # the first one reads the address
    assert app.query_params["style2"] == "Stone mosaic"
    assert "second style picture" in words(app.warning)


def test_a_link_brings_styles_and_weights_back_and_says_what_it_can_not():
    app = open_app(size="64", style="Embroidery", style2="Stained glass", mix="0.2 0.8")
    assert app.slider(key="mix_of_style_style2").value == 80
    assert not words(app.warning)
    app = open_app(size="64", style="Embroidery", style2="Stained glass", mix="many")
    assert app.slider(key="mix_of_style_style2").value == 50
    assert "none of these 2 styles" in words(app.warning)
    app = open_app(size="64", style2="own-1234")
    assert "second style picture" in words(app.warning)


def test_the_lab_has_the_styles_of_the_studio():
    app = open_app(size="64", style2="Stained glass", mix="0.2 0.8")
    app.switch_page("pages/lambda_lab.py").run()
    assert app.query_params["mix"] == "0.2 0.8"
    app.selectbox(key="lab_axis").set_value("mix").run()
    assert app.button(key="run_lab").label == "Run 25 pictures"
    app.button(key="drop_style2").click().run()
    assert "choose two styles" in words(app.warning)


def grey(shade, side=40):
    buffer = io.BytesIO()
    Image.new("L", (side, side), shade).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (grey(0), "black everywhere"),
        (b"", "is empty"),
        (b"no picture", "isn't a picture we can read"),
        (grey(255)[:60], "damaged"),
    ],
)
def test_a_mask_that_can_not_be_used_is_refused_in_a_sentence(data, sentence):
    app = open_app(size="64")
    app.button(key="regions").click().run()
    app.file_uploader(key="mask_upload_0").upload("mask.png", data, "image/png")
    app.run()
    assert sentence in words(app.error)
    app.file_uploader(key="mask_upload_1").upload("mask.png", grey(99), "image/png")
    app.run()
    assert not app.error
    app.button(key="regions_done").click().run()
    assert app.button(key="regions").label == "Where? 1 place is painted"


def test_with_several_styles_each_has_a_place_of_its_own_to_paint():
    app = open_app(size="64", style2="Stained glass")
    app.button(key="regions").click().run()
    app.file_uploader(key="mask_upload_0").upload("mask.png", grey(255), "image/png")
    app.run()
    layers = component_data(app, "brush")["layers"]
    assert [(layer["id"], bool(layer["url"])) for layer in layers] == [
        ("leave", True),
        ("style", False),
        ("style2", False),
    ]
    app.button(key="regions_done").click().run()
    app.button(key="drop_style2").click().run()
    app.button(key="regions").click().run()
    assert [layer["id"] for layer in component_data(app, "brush")["layers"]] == ["leave"]


def test_a_transparent_photograph_is_said_to_be_left_alone_where_it_is():
    app = open_app(size="64")
    buffer = io.BytesIO()
    Image.effect_noise((64, 64), 80).convert("LA").save(buffer, "PNG")
    assert "transparent" not in words(app.caption)
    app.file_uploader(key="upload_content").upload("opaque.png", buffer.getvalue(), "image/png")
    app.run()
    assert "transparent" not in words(app.caption)
    picture = Image.open(buffer).convert("RGBA")
    picture.putalpha(128)
    again = io.BytesIO()
    picture.save(again, "PNG")
    app.file_uploader(key="upload_content").upload("glass.png", again.getvalue(), "image/png")
    app.run()
    assert "What is transparent in the photograph is left alone" in words(app.caption)


def painted(app):
    """The mask of what is left alone, as an array."""
    (url,) = [layer["url"] for layer in component_data(app, "brush")["layers"] if layer["id"] == "leave"]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))) if url else None


def test_a_dropped_picture_brings_back_what_it_was_made_of():
    app = open_app(size="64", steps="2", content="Coffee", style="Embroidery", style2="Stained glass", mix="0.25 0.75")
    app.button(key="regions").click().run()
    app.button(key="mask_Upper part").click().run()
    leave = painted(app)
    app.button(key="regions_done").click().run()
    run_and_wait(app)
    (job,) = get_engine().jobs_of(app.session_state["visitor_name"])
    (png,) = job.snapshot.results
    other = open_app(size="64", content="Rocket")
    other.file_uploader(key="upload_content").upload("painted.png", png, "image/png")
    other.run()
    other.button(key="restore").click().run()
    assert not words(other.warning)
    query = {name: other.query_params[name] for name in ("content", "style", "style2", "mix")}
    assert query == {"content": "Coffee", "style": "Embroidery", "style2": "Stained glass", "mix": "0.25 0.75"}
    other.button(key="regions").click().run()
    assert np.array_equal(painted(other), leave)


def test_masks_to_begin_with():
    app = open_app(size="64", content="Coffee")
    app.button(key="regions").click().run()
    assert painted(app) is None
    assert app.button(key="mask_by_colour").disabled
    app.button(key="mask_Upper part").click().run()
    upper = painted(app)
    assert (upper[0].min(), upper[-1].max()) == (255, 0)
    app.button(key="mask_Middle").click().run()
    middle = painted(app)
    assert (middle[middle.shape[0] // 2, middle.shape[1] // 2], middle[0, 0]) == (255, 0)
    app.button(key="mask_by_colour").click().run()
    assert not app.error
    assert not np.array_equal(painted(app), middle)


def test_a_mask_can_be_what_others_leave_or_that_of_another_style():
    app = open_app(size="64", style2="Stained glass")
    app.button(key="regions").click().run()
    app.button(key="mask_Lower part").click().run()
    leave = painted(app)
    app.session_state["regions_active"] = "style"
    app.run()
    app.button(key="mask_rest").click().run()
    app.session_state["regions_active"] = "style2"
    app.run()
    app.button(key="mask_as_style").click().run()
    urls = {layer["id"]: layer["url"] for layer in component_data(app, "brush")["layers"]}
    assert urls["style"] == urls["style2"] != urls["leave"]
    app.button(key="regions_done").click().run()
    assert app.slider(key="mix_of_style_style2").value == 50  # they share their place
    app.button(key="regions").click().run()
    assert np.array_equal(painted(app), leave)


def test_the_brush_does_not_come_back_by_itself_after_another_page():
    app = open_app(size="64")
    app.button(key="regions").click().run()
    assert [button for button in app.button if button.key == "regions_done"]
    app.switch_page("pages/about.py").run()
    app.switch_page("app.py").run()
    assert not [button for button in app.button if button.key == "regions_done"]
