"""The widget of settings that name layers: text and drawing say the same, and an error stands at its field."""

import pytest

from stylecore.config import SETTINGS
from stylecore.layers import LAYERS
from stylecore.ui.widgets.layers_input import usable_layers
from tests.conftest import start_afresh
from tests.support.pages import component_data, open_app


@pytest.fixture(scope="module")
def app():
    start_afresh()
    return open_app(content="Coffee", style="Embroidery")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("relu1_1 relu2_1:0.8", {"relu1_1": 1.0, "relu2_1": 0.8}),
        ("relu1_1, relu9_9:2 relu2_1:many relu3_1:", {"relu1_1": 1.0, "relu3_1": 1.0}),
        ("relu1_1:2 relu1_1:3", {"relu1_1": 2.0}),
        ("relu1_1:nan relu1_2:inf relu2_1:-1 relu2_2:1e999 relu3_1:0", {"relu3_1": 0.0}),
        ("", {}),
    ],
)
def test_the_drawing_shows_what_of_a_text_can_be_used(text, found):
    assert usable_layers(text) == found


@pytest.mark.parametrize("name", ["content_layers", "style_layers"])
def test_text_and_drawing_say_the_same(app, name):
    app.text_input(key=f"set_{name}").set_value("relu1_2 relu5_3:0.5").run()
    data = component_data(app, f"set_{name}_network")
    assert [layer["name"] for layer in data["layers"]] == list(LAYERS)
    assert [layer["name"] for layer in data["layers"] if layer["selected"]] == ["relu1_2", "relu5_3"]
    assert data["weights"] == {"relu1_2": 1.0, "relu5_3": 0.5}
    assert data["label"] == SETTINGS[name].label


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "must name at least one layer"),
        ("relu1_1 relu9_9", "each layer of {name} must be one of"),
        ("relu1_1:many", "the weight of relu1_1 must be a number"),
        ("relu1_1:0", "must give at least one layer a weight above 0"),
        ("relu1_1:1e9", "the weight of relu1_1 in {name} must be"),
        ("relu1_1 relu1_1", "names a layer twice"),
    ],
)
@pytest.mark.parametrize("name", ["content_layers", "style_layers"])
def test_an_error_stands_at_its_field_and_only_there(app, name, text, sentence):
    for other in ("content_layers", "style_layers"):
        app.text_input(key=f"set_{other}").set_value(text if other == name else "relu1_1")
    app.run()
    (error,) = app.error
    assert sentence.format(name=name) in error.value
    block = next(expander for expander in app.expander if expander.label == "Advanced")
    shown = [element for element in block if element.type in ("text_input", "error")]
    place = next(i for i, element in enumerate(shown) if element.type == "error")
    assert shown[place - 1].key == f"set_{name}"
    app.text_input(key=f"set_{name}").set_value("relu1_1").run()
    assert not app.error


def test_a_loss_without_weight_needs_no_layers(app):
    app.slider(key="set_lam").set_value(0.0)
    app.text_input(key="set_content_layers").set_value("").run()
    assert not app.error
