"""About: what this is, what this server has and allows, and whose work it rests on."""

import streamlit as st

from stylecore import __version__
from stylecore.engine.health import health_line, read_health
from stylecore.engine.spoken import spoken_time
from stylecore.imaging.images import MAX_PIXELS
from stylecore.language import Sentence, _
from stylecore.transfer.devices import describe_device
from stylecore.transfer.precision import measured_precision
from stylecore.ui.page import heading, page
from stylecore.ui.widgets.forget import forget_everything_button
from stylecore.ui.widgets.kept_on_disk import where_pictures_stay

INTRODUCTION = Sentence(
    "Neural style transfer after Gatys, Ecker & Bethge (2015). A picture $x$ is optimised until VGG16 sees in it the "
    "content of the photograph $c$ and the style of the painting $s$:"
)
LOSS = r"$$L(x) = \lambda \cdot L_\text{content}(x, c) + (1 - \lambda) \cdot L_\text{style}(x, s)$$"
CALIBRATED = Sentence(
    "Both losses are measured on your pair first, so that $L_\\text{content}$ is 0 at the photograph and 1 at the "
    "style "
    "picture, and $L_\\text{style}$ the other way round. That is why λ means the same on every pair."
)
PAPERS = """
- L. Gatys, A. Ecker, M. Bethge: *A Neural Algorithm of Artistic Style*, 2015
- L. Gatys, M. Bethge, A. Hertzmann, E. Shechtman: *Preserving Color in Neural Artistic Style Transfer*, 2016
- K. Simonyan, A. Zisserman: *Very Deep Convolutional Networks for Large-Scale Image Recognition*, 2014
- J. Johnson, A. Alahi, L. Fei-Fei: *Perceptual Losses for Real-Time Style Transfer*, 2016
"""
ORIGINS = (
    Sentence("The weights are Simonyan's and Zisserman's, Creative Commons Attribution."),
    Sentence(
        "The sample photographs are in the public domain or CC0; the style pictures are drawn by this project's "
        "own code."
    ),
)

with page("About") as (engine, owner):
    heading(_("About"))
    st.markdown("\n\n".join((_(INTRODUCTION), LOSS, _(CALIBRATED))))
    where_pictures_stay()
    forget_everything_button(owner)
    st.header(_("This server"), anchor=False)
    limits, (absent, workers) = engine.limits, engine.absent_runners()
    some_absent = _("{absent} of {all} workers; the others do their work", absent=absent, all=workers)
    all_absent = _("all workers: runs wait until one is there again")
    facts = {
        _("Computes on"): _(describe_device(engine.device)),
        **({_("Not to be reached"): some_absent if absent < workers else all_absent} if absent else {}),
        _("Precision"): _(
            "{precision}, as measured at the start", precision=measured_precision(engine.device) or "float32"
        ),
        _("Largest picture"): _("{size} pixels, {steps} steps", size=limits.max_size, steps=limits.max_steps),
        _("Uploads"): _(
            "up to {most} MB and {pixels} million pixels", most=limits.max_upload_mb, pixels=MAX_PIXELS // 10**6
        ),
        _("One run"): _(
            "up to {lambdas} λ and {time} of computing",
            lambdas=limits.max_lambdas,
            time=spoken_time(limits.max_seconds),
        ),
        _("Queue"): _(
            "up to {visitors} visitors, who take turns, each with up to {runs} runs",
            visitors=limits.max_waiting,
            runs=limits.max_active,
        ),
        **({_("Now"): _(health_line(read_health(engine)))} if limits.figures else {}),
        _("Version"): __version__,
    }
    st.markdown("\n".join(f"- **{name}**: {text}" for name, text in facts.items()))
    st.header(_("Sources"), anchor=False)
    st.markdown(PAPERS + "\n".join(f"- {_(origin)}" for origin in ORIGINS))
