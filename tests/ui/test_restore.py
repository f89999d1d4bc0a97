"""The way back to what a picture was made of: styles, weights, and what was painted on the photograph."""

import io
from types import SimpleNamespace

import pytest
import streamlit as st
from PIL import Image

from stylecore.artifacts.recipe import Recipe, current_versions, describe_inputs, sha256
from stylecore.config import TransferConfig
from stylecore.engine.jobs import Job, Request, Snapshot
from stylecore.engine.limits import Limits
from stylecore.imaging.inputs import InputImage, Inputs
from stylecore.samples import sample_contents, sample_styles
from stylecore.ui.state import chosen, chosen_inputs, restore
from stylecore.ui.state.chosen_inputs import LEAVE
from stylecore.ui.state.visitor_store import VisitorStore

LIMITS = Limits(max_size=1024, max_steps=2000, max_waiting=9, kept_mb=9, state_mb=9)


def mask(shade):
    buffer = io.BytesIO()
    Image.new("L", (8, 6), shade).save(buffer, "PNG")
    return buffer.getvalue()


def style(name, weight, region=b""):
    return InputImage(data=sample_styles()[name].read_bytes(), name=name, weight=weight, region=region)


INPUTS = Inputs(
    contents=(InputImage(data=sample_contents()["Coffee"].read_bytes(), name="Coffee"),),
    styles=(style("Embroidery", 0.7, mask(90)), style("Stained glass", 0.3), style("Stone mosaic", 0.5)),
    leave=mask(200),
)


@pytest.fixture
def store(monkeypatch):
    st.session_state.clear()
    kept = VisitorStore(10**6)
    for module in (chosen, chosen_inputs, restore):
        monkeypatch.setattr(module, "get_visitor_store", lambda: kept)
    yield kept
    st.session_state.clear()


def recipe(inputs=INPUTS, **more):
    masks = {sha256(data): data for data in (inputs.leave, *(style.region for style in inputs.styles)) if data}
    values = {"masks": masks, "steps_done": 5, "losses": {}, "device": "cpu", "versions": current_versions()}
    return Recipe(config=TransferConfig(size=64), **{**describe_inputs(inputs), **values, **more})


def engine(*jobs):
    return SimpleNamespace(limits=LIMITS, jobs_of=lambda _: list(jobs), job=lambda _, name: jobs[0])


def restored():
    """What a run would use now, names left out."""
    inputs = chosen_inputs.chosen_inputs().inputs()
    styles = [(style.data, style.weight, style.region) for style in inputs.styles]
    return inputs.content.data, styles, inputs.leave


def test_a_recipe_brings_styles_weights_and_masks_back(store):
    assert restore.restore_recipe(engine(), "", recipe()) == []
    content, styles, leave = restored()
    assert (content, leave) == (INPUTS.content.data, INPUTS.leave)
    assert [data for data, _, _ in styles] == [style.data for style in INPUTS.styles]
    assert [region for _, _, region in styles] == [style.region for style in INPUTS.styles]
    assert [weight for _, weight, _ in styles] == [1, 0.3, 0.5]  # alone in its place a style counts fully there


def test_a_photograph_that_is_not_here_takes_its_masks_along_and_is_found_once_it_is_uploaded(store):
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (9, 90, 200)).save(buffer, "PNG")
    photograph, other = buffer.getvalue(), style("Ink hatching", 1)
    own = Inputs(contents=(InputImage(data=photograph),), styles=INPUTS.styles[:2], leave=INPUTS.leave)
    problems = restore.restore_recipe(engine(), "", recipe(own))
    assert [sentence for sentence in problems if sentence.startswith("Its photograph is not here")]
    assert problems[-1].startswith("What was painted on its photograph comes back with it")
    _, styles, leave = restored()
    assert (leave, [region for _, _, region in styles]) == (b"", [b"", b""])
    chosen.choose_bytes("style", "holiday.png", photograph)  # in whichever field
    chosen.choose_bytes("style", "Ink hatching", other.data)
    assert restore.restore_recipe(engine(), "", recipe(own)) == []
    content, styles, leave = restored()
    assert (content, leave) == (photograph, INPUTS.leave)
    assert [region for _, _, region in styles] == [style.region for style in own.styles]


def test_a_recipe_of_one_style_takes_away_others_and_masks(store):
    restore.restore_recipe(engine(), "", recipe())
    alone = Inputs(contents=INPUTS.contents, styles=INPUTS.styles[1:2])
    assert restore.restore_recipe(engine(), "", recipe(alone)) == []
    assert restored() == (INPUTS.content.data, [(INPUTS.styles[1].data, 1, b"")], b"")


def test_what_is_not_in_a_recipe_is_told(store):
    unknown = Inputs(contents=INPUTS.contents, styles=(*INPUTS.styles[:1], InputImage(data=b"a painting")))
    problems = restore.restore_recipe(engine(), "", recipe(unknown, masks={}, weight_changes=((3, (1.0, 0.0)),)))
    assert [problem.partition(":")[0] for problem in problems] == [
        "Its second style picture is not here",
        "The file does not hold all of its masks",
        "The mix of styles was changed while it was made",
    ]
    assert store.get_masks("", "Coffee") == {}


def test_a_result_brings_back_what_it_was_made_of_with_the_weights_that_it_was_steered_to(store):
    snapshot = Snapshot(status="finished", weight_changes=((3, (0.2, 0.4, 0.6)),))
    request = Request(inputs=INPUTS, config=TransferConfig(size=64))
    job = Job(id="1", owner="", number=1, request=request, cost=None, snapshot=snapshot, seen=0)
    restore.open_job(engine(job), "", "1")
    assert [weight for _, weight, _ in restored()[1]] == [1, 0.4, 0.6]
    assert store.get_masks("", "Coffee") == {"style": mask(90), LEAVE: mask(200)}
