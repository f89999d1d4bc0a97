"""What tests of the pages share, in Streamlit's own test harness: no browser."""

import json
import re
import time

from streamlit.testing.v1 import AppTest

PATIENCE = 60  # seconds; a busy machine is no failure


def open_app(**query):
    """The Studio, as somebody who has just come sees it."""
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE)
    app.query_params.update(query)
    return app.run()


def words(elements):
    """What all elements say."""
    return " ".join(element.value for element in elements)


def said(app):
    return words([*app.success, *app.info, *app.error])


def component_data(app, key):
    """What the page says to one of our components."""
    return next(json.loads(found.proto.json) for found in app.get("bidi_component") if key in found.proto.id)


def wait(app, status):
    """Runs the page until it says so."""
    deadline = time.monotonic() + PATIENCE
    while status not in said(app):
        assert time.monotonic() < deadline, said(app)
        time.sleep(0.2)
        app.run()


def run_and_wait(app, status="Done"):
    app.button(key="run_studio").click().run()
    wait(app, status)


def small(app, steps=10):
    """The smallest size there is, and few steps."""
    app.select_slider(key="set_size").set_value(128)
    app.number_input(key="set_steps").set_value(steps)


TEXT_FIELDS = {"label", "help", "body", "placeholder", "options", "content", "text", "title"}  # of Streamlit's messages
NO_WORDS = {
    "id",
    "key",
    "name",
    "url",
    "colour",
    "session",
    "stamp",
    "arrival",
    "plotly",
    "language",
    "value",
    "chart",
    "selected",
    "active",
    "field",
}
OF_FIGURES = {"alt", "hovertemplate", "name", "text", "ticktext", "title"}  # the rest is Plotly's own vocabulary
NO_PROSE = r"\$\$.*?\$\$|\$.*?\$|`.*?`|:\w+/\w+:|:\w+\[|<[^>]+>|%?\{.*?\}|data:image/\S+|https?://\S+"
NAMES = {  # what has no other name in Russian
    *("VGG16", "L-BFGS", "Adam", "ReLU", "Gatys", "Johnson", "et", "al", "bfloat16", "float32", "torchvision", "log₁₀"),
    *("PNG", "JPEG", "WebP", "GIF", "BMP", "TIFF", "AVIF", "HEIC", "SVG", "HTML", "CSV", "JSON", "dpi"),
    *("IMAGENET1K_FEATURES", "IMAGENET1K_V1", "English", "Language", "Enter", "Ctrl", "Shift"),
}


def texts(app):
    """All that a page says, in Streamlit's elements and in ours: labels, help, options, and what our components get."""
    return list(_texts_below(app._tree))


def _texts_below(node):
    proto = getattr(node, "proto", None)
    if getattr(node, "type", "") == "bidi_component":
        yield from _texts_in(json.loads(proto.json or "null"))
    elif proto is not None and getattr(node, "type", "") != "html":
        yield from _texts_of(proto)
    for child in getattr(node, "children", {}).values():
        yield from _texts_below(child)


def _texts_of(message):
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        if field.message_type is not None:
            for each in values:
                yield from _texts_of(each)
        elif field.name in TEXT_FIELDS:
            yield from (each for each in values if isinstance(each, str))


def _texts_in(data, key="", figure=False):
    """All texts in the data of a component of ours, apart from ids, addresses of pictures, and Plotly's own words."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _texts_in(value, name, figure or name in ("figure", "options"))
    elif isinstance(data, list):
        for value in data:
            yield from _texts_in(value, key, figure)
    elif isinstance(data, str) and (key in OF_FIGURES if figure else key not in NO_WORDS):
        yield data


def english_in(texts, *more):
    """Words in Latin letters, with the texts in which they stand, that have a Russian name.

    Args:
        texts: what a page in Russian says.
        more: words that may stand there, beside names that are the same in both languages.
    """
    allowed = {word.lower() for word in (*NAMES, *more)}
    found = {}
    for text in texts:
        for word in re.findall(r"[A-Za-z][\w-]*[A-Za-z]\w*", re.sub(NO_PROSE, " ", text, flags=re.DOTALL)):
            if word.lower() not in allowed and not re.fullmatch(r"relu\d_\d", word):
                found[word] = text
    return found
