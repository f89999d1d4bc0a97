"""About: what this is, what this server has and allows, and whose work it rests on."""

import streamlit as st

from stylecore import __version__
from stylecore.engine.health import health_line, read_health
from stylecore.engine.spoken import spoken_time
from stylecore.imaging.images import MAX_PIXELS
from stylecore.transfer.devices import describe_device
from stylecore.transfer.precision import measured_precision
from stylecore.ui.page import heading, page
from stylecore.ui.widgets.forget import forget_everything_button
from stylecore.ui.widgets.kept_on_disk import where_pictures_stay

INTRODUCTION = r"""
Neural style transfer after Gatys, Ecker & Bethge (2015). A picture $x$ is optimised until VGG16 sees in it the content
of the photograph $c$ and the style of the painting $s$:

$$L(x) = \lambda \cdot L_\text{content}(x, c) + (1 - \lambda) \cdot L_\text{style}(x, s)$$

Both losses are measured on your pair first, so that $L_\text{content}$ is 0 at the photograph and 1 at the style
picture, and $L_\text{style}$ the other way round. That is why λ means the same on every pair.
"""
SOURCES = """
- L. Gatys, A. Ecker, M. Bethge: *A Neural Algorithm of Artistic Style*, 2015, and *Preserving Color in Neural Artistic
  Style Transfer*, 2016
- K. Simonyan, A. Zisserman: *Very Deep Convolutional Networks for Large-Scale Image Recognition*, 2014. The weights are
  theirs, Creative Commons Attribution.
- J. Johnson, A. Alahi, L. Fei-Fei: *Perceptual Losses for Real-Time Style Transfer*, 2016
- The sample photographs are in the public domain or CC0; the style pictures are drawn by this project's own code.
"""

with page("About") as (engine, owner):
    heading("About")
    st.markdown(INTRODUCTION)
    where_pictures_stay()
    forget_everything_button(owner)
    st.header("This server", anchor=False)
    limits = engine.limits
    facts = {
        "Computes on": describe_device(engine.device),
        "Precision": f"{measured_precision(engine.device) or 'float32'}, as measured at the start",
        "Largest picture": f"{limits.max_size} pixels, {limits.max_steps} steps",
        "Uploads": f"up to {limits.max_upload_mb} MB and {MAX_PIXELS // 10**6} million pixels",
        "One run": f"up to {limits.max_lambdas} λ and {spoken_time(limits.max_seconds)} of computing",
        "Queue": f"up to {limits.max_waiting} visitors, who take turns, each with up to {limits.max_active} runs",
        **({"Now": health_line(read_health(engine))} if limits.figures else {}),
        "Version": __version__,
    }
    st.markdown("\n".join(f"- **{name}**: {text}" for name, text in facts.items()))
    st.header("Sources", anchor=False)
    st.markdown(SOURCES)
