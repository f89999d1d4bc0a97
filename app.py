"""The front page: choose a photograph and a style, set λ, and watch the picture being painted."""

import streamlit as st

from stylecore.config import TransferConfig
from stylecore.engine import QueueFull, Request
from stylecore.samples import sample_contents, sample_styles
from stylecore.ui.inputs import choose_picture
from stylecore.ui.live import show_job
from stylecore.ui.server import get_engine, visitor

st.set_page_config(page_title="Neural style transfer", page_icon="🎨", layout="wide")
engine, owner = get_engine(), visitor()
defaults = TransferConfig()

st.title("Paint your photograph")
st.caption(
    "Choose a photograph and a style. The picture is changed, pixel by pixel, until the network VGG16 sees the "
    "photograph's content in it, and the style's manner (Gatys et al. 2015)."
)

settings, result = st.columns([2, 3], gap="large")
with settings:
    left, right = st.columns(2)
    with left:
        content = choose_picture("Photograph", "content", sample_contents(), "Chelsea")
    with right:
        style = choose_picture("Style", "style", sample_styles(), "Swirling night")
    lam = st.slider(
        "λ · 0: all style, 1: all content",
        0.0, 1.0, defaults.lambdas[0], 0.01, key="lam", on_change="ignore", bind="query-params",
    )  # fmt: skip
    st.latex(r"L = \lambda \cdot L_\text{content} + (1 - \lambda) \cdot L_\text{style}")
    size_column, steps_column = st.columns(2)
    size = size_column.select_slider(
        "Size, pixels", [128, 192, 256, 384, 512, 768, 1024], defaults.size,
        key="size", on_change="ignore", bind="query-params",
    )  # fmt: skip
    steps = steps_column.slider(
        "Steps", 10, 500, defaults.steps, 10, key="steps", on_change="ignore", bind="query-params"
    )
    ready = content is not None and style is not None
    if st.button("Run", type="primary", icon=":material/brush:", key="run", disabled=not ready, width="stretch"):
        try:
            config = TransferConfig(lambdas=(lam,), size=size, steps=steps)
            engine.submit(owner, Request(content=content, style=style, config=config))
        except (ValueError, QueueFull) as error:
            st.error(str(error), icon=":material/error:")

with result:
    job = engine.latest_of(owner)
    if job is None:
        st.info("Your picture will appear here. Press **Run**: the samples are a good start.", icon=":material/image:")
    else:
        show_job(engine, job)
