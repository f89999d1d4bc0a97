"""The λ lab: its batches follow the memory of the device that computes; its links, also those of earlier versions."""

import dataclasses
from types import SimpleNamespace

import pytest
import streamlit as st

from stylecore.config import TransferConfig
from stylecore.engine.cost import TILES, cost_of
from stylecore.engine.jobs import Request
from stylecore.errors import SettingError
from stylecore.experiments.axes import AXES
from stylecore.imaging import inputs
from stylecore.samples import sample_contents
from stylecore.ui.lab import plan
from stylecore.ui.lab.grid_choice import GridChoice
from stylecore.ui.lab.link import lab_query_params, read_query_params
from stylecore.ui.lab.plan import MEMORY_SHARE, missing_batches
from stylecore.ui.lab.state import MOST_CURVES, LabState
from stylecore.ui.state import chosen_inputs
from stylecore.ui.state.chosen_inputs import LEAVE, ChosenInputs
from stylecore.ui.state.sources import Source
from stylecore.ui.state.visitor_store import VisitorStore

SIZE = (640, 480)
PHOTOGRAPH = sample_contents()["Coffee"].read_bytes()
LAMBDAS = (0.1, 0.2, 0.3, 0.4, 0.5)
REQUEST = Request(inputs=inputs.pair(PHOTOGRAPH, b"style"), config=TransferConfig(size=512), workspace="lab")


@pytest.fixture
def session():
    st.session_state.clear()
    yield st.session_state
    st.session_state.clear()


@pytest.fixture(autouse=True)
def store(monkeypatch):
    """What the server keeps of visitors."""
    kept = VisitorStore(10**6)
    monkeypatch.setattr(chosen_inputs, "get_visitor_store", lambda: kept)
    return kept


def chosen(**styles):
    """Pictures that somebody has chosen; the bytes of a style are its name."""
    sources = {role: Source(name, name.encode(), SIZE, b"preview") for role, name in styles.items()}
    content = Source("content", PHOTOGRAPH, SIZE, b"preview")
    return ChosenInputs("ann", content, sources, (1.0,) * len(sources))


def engine(memory, device="cuda", max_lambdas=8):
    """What a plan asks of an engine."""
    limits = SimpleNamespace(max_lambdas=max_lambdas)
    return SimpleNamespace(
        device=device, limits=limits, free_memory=lambda: memory, jobs_like=lambda _owner, _request: []
    )


def memory_of(count, device="cuda", tile=None):
    """Bytes of a batch of so many λ."""
    return cost_of([SIZE], [SIZE], TransferConfig(size=512, lambdas=LAMBDAS[:count]), device, tile).memory


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize(("fitting", "sizes"), [(5, [5]), (3, [3, 2]), (2, [2, 2, 1]), (1, [1] * 5), (0, [1] * 5)])
def test_batches_follow_the_free_memory_of_the_engine_s_device(monkeypatch, device, fitting, sizes):
    monkeypatch.setattr("stylecore.engine.limits.available_memory", lambda: 1)  # the host's, which does not matter
    memory = memory_of(fitting, device) / MEMORY_SHARE + 1 if fitting else 0
    found = missing_batches(engine(memory, device), "ann", [REQUEST], LAMBDAS, SIZE, [SIZE])
    assert [len(request.config.lambdas) for request, _ in found] == sizes
    assert [lam for request, _ in found for lam in request.config.lambdas] == list(LAMBDAS)
    tile = None if fitting else TILES[-1]  # a batch is made smaller before its pictures are taken in pieces
    assert [cost.memory for _, cost in found] == [memory_of(count, device, tile) for count in sizes]


def test_a_batch_is_never_larger_than_the_server_allows():
    found = missing_batches(engine(10**12, max_lambdas=2), "ann", [REQUEST], LAMBDAS, SIZE, [SIZE])
    assert [request.config.lambdas for request, _ in found] == [(0.1, 0.2), (0.3, 0.4), (0.5,)]


def test_the_plan_of_the_page_asks_the_engine_for_its_memory(session, monkeypatch):
    monkeypatch.setattr(plan, "current_settings", lambda: TransferConfig(size=512))
    session["lab_lambdas"] = "0.1 0.2 0.3"
    limits = {"device": "cuda", "free_memory": lambda: memory_of(2) / MEMORY_SHARE}
    found = plan.plan_lab(SimpleNamespace(**{**vars(engine(0)), **limits}), "ann")
    assert (found.label, found.problem) == ("Run 3 pictures", "")
    assert [request.config.lambdas for request in found.requests] == [(0.1, 0.2), (0.3,)]
    assert len(found.costs) == 2


def job(config, status):
    """What a grid asks of a job that has computed nothing, or all, of its pictures."""
    snapshot = SimpleNamespace(
        status=status, changes=(), weight_changes=(), done=0, results=(), loss_history=(), previews=()
    )
    request = dataclasses.replace(REQUEST, config=config)
    return SimpleNamespace(request=request, snapshot=snapshot, ended=status not in ("queued", "running"))


@pytest.mark.parametrize(
    ("statuses", "label"),
    [
        ([], "Run 6 pictures"),
        (["finished"], "Run the missing 3 of 6 pictures"),
        (["queued"], "Run the missing 3 of 6 pictures"),
        (["finished", "running"], "3 of 6 pictures are done"),
        (["queued", "running"], "0 of 6 pictures are done"),
        (["finished", "finished"], "All 6 are done"),
        (["finished", "failed"], "Run the missing 3 of 6 pictures"),
    ],
)
def test_the_button_says_all_are_done_only_when_they_are(session, monkeypatch, statuses, label):
    config = TransferConfig(size=512, lambdas=(0.1, 0.2, 0.3))
    rows = [dataclasses.replace(config, optimizer=optimizer) for optimizer in ("lbfgs", "adam")]
    jobs = [job(row, status) for row, status in zip(rows, statuses, strict=False)]
    monkeypatch.setattr(plan, "current_settings", lambda: config)
    monkeypatch.setattr(plan, "chosen_inputs", lambda *_: chosen(style="style"))
    session["lab_lambdas"] = "0.1 0.2 0.3"
    session["lab_axis"], session["lab_rows_optimizer"] = "optimizer", ["L-BFGS", "Adam"]
    found = plan.plan_lab(
        SimpleNamespace(**{**vars(engine(10**12)), "jobs_like": lambda _owner, _request: jobs}), "ann"
    )
    assert (found.label, found.problem) == (label, "")
    assert bool(found.requests) == label.startswith("Run")


def test_rows_that_start_from_elsewhere_need_no_picture_to_start_from(session, monkeypatch):
    monkeypatch.setattr(plan, "current_settings", lambda: TransferConfig(init="image"))
    session["lab_axis"], session["lab_rows_init"] = "init", ["Noise", "Style"]
    grid = plan.chosen_grid()
    assert grid.pictures.init is None
    assert [config.init for config in grid.rows.values()] == ["style", "noise"]
    session["lab_axis"] = ""
    with pytest.raises(SettingError, match="Choose the picture to start from"):
        plan.chosen_grid()


@pytest.mark.parametrize(
    ("lambdas", "axis", "rows"),
    [((0.05, 0.5), "", []), ((0.0, 0.125, 1.0), "pooling", ["Average"]), ((0.1, 0.2), "steps", ["20 steps"])],
)
def test_a_link_brings_the_choice_back(session, lambdas, axis, rows):
    read_query_params(lab_query_params(lambdas, axis, rows))
    state = LabState()
    assert (state.chosen_lambdas(), state.axis, state.chosen_rows()) == (lambdas, axis, rows)


def test_links_of_earlier_versions_name_rows_otherwise(session):
    for axis, rows, wanted in (("pooling", "maximum", ["Max"]), ("statistic", "covariance", ["Covariance"])):
        read_query_params({"axis": axis, "rows": rows})
        assert LabState().chosen_rows() == wanted


def test_what_a_link_says_wrong_is_passed_over(session):
    read_query_params({"lambdas": "many", "axis": "size", "rows": "large"})
    assert (LabState().lambdas, LabState().axis) == ("0.05, 0.2, 0.4, 0.6, 0.8", "")
    read_query_params({"axis": "steps", "rows": "12 steps"})
    assert len(LabState().chosen_rows()) == 5


@pytest.mark.parametrize("axis", AXES)
def test_a_link_with_an_axis_alone_compares_its_usual_rows(session, axis):
    read_query_params({"axis": axis})
    assert LabState().chosen_rows() == list(AXES[axis].usual)


def test_a_choice_holds_no_bytes_of_a_picture_that_has_been_removed():
    pictures = chosen(style="style")
    grid = GridChoice({"": TransferConfig(lambdas=(0.2,))}, pictures)
    assert grid.request("").inputs.pair == (PHOTOGRAPH, b"style")
    assert grid.request("", 0.7).config.lambdas == (0.7,)
    pictures.content.erase()
    assert grid.request("").inputs.pair == (b"", b"style")


def test_a_choice_takes_masks_along_as_long_as_they_are_kept(store):
    pictures = chosen(style="style", style2="other")
    store.set_masks("ann", pictures.content.word, {LEAVE: b"leave", "style2": b"region"})
    grid = GridChoice({"": TransferConfig(lambdas=(0.2,))}, pictures)
    found = grid.request("").inputs
    assert (found.leave, [style.region for style in found.styles]) == (b"leave", [b"", b"region"])
    store.forget("ann")
    found = grid.request("").inputs
    assert (found.leave, [style.region for style in found.styles]) == (b"", [b"", b""])


def test_rows_of_a_mix_differ_in_the_weights_of_two_styles(session, monkeypatch):
    monkeypatch.setattr(plan, "current_settings", lambda: TransferConfig(size=512))
    monkeypatch.setattr(plan, "chosen_inputs", lambda *_: chosen(style="style", style2="other"))
    session["lab_axis"], session["lab_rows_mix"] = "mix", ["style 2: 0%", "style 2: 25%", "style 2: 100%"]
    grid = plan.chosen_grid()
    assert [grid.request(row).inputs.style_weights for row in grid.rows] == [(1, 0), (0.75, 0.25), (0, 1)]
    assert len(set(grid.rows.values())) == 1
    monkeypatch.setattr(plan, "chosen_inputs", lambda *_: chosen(style="style"))
    with pytest.raises(SettingError, match="choose two styles"):
        plan.chosen_grid()


def test_two_styles_with_places_of_their_own_have_no_mix(session, monkeypatch, store):
    monkeypatch.setattr(plan, "current_settings", lambda: TransferConfig(size=512))
    pictures = chosen(style="style", style2="other")
    monkeypatch.setattr(plan, "chosen_inputs", lambda *_: pictures)
    store.set_masks("ann", pictures.content.word, {"style2": b"region"})
    session["lab_axis"], session["lab_rows_mix"] = "mix", ["style 2: 25%"]
    with pytest.raises(SettingError, match="paint the same place"):
        plan.chosen_grid()


@pytest.mark.parametrize("rows", [[""], ["a", "b"], [str(i) for i in range(13)]])
@pytest.mark.parametrize("count", [2, 5, 8])
def test_at_first_no_more_curves_are_drawn_than_can_be_told_apart(session, rows, count):
    state, lambdas = LabState(), tuple(i / 10 for i in range(count))
    state.choose_drawn(rows, lambdas, lambdas[1])
    drawn = len(state.drawn_rows) * len(state.drawn_lambdas)
    assert 1 <= drawn <= MOST_CURVES
    assert drawn == len(rows) * count or list(state.drawn_lambdas) == [lambdas[1]]


def test_what_was_chosen_to_be_drawn_stays_until_the_grid_is_another(session):
    state = LabState()
    state.choose_drawn(["a", "b"], (0.1, 0.5), 0.1)
    state.drawn_rows, state.drawn_lambdas = ["b"], [0.5]
    state.choose_drawn(["a", "b"], (0.1, 0.5), 0.1)
    assert (state.drawn_rows, state.drawn_lambdas) == (["b"], [0.5])
    state.choose_drawn(["a", "b"], (0.1, 0.3, 0.5), 0.1)
    assert (state.drawn_rows, state.drawn_lambdas) == (["a", "b"], [0.1, 0.3, 0.5])


def test_λ_by_hand_follow_a_change_of_the_language_and_what_is_half_written_stays(session, monkeypatch):
    language = "en"
    monkeypatch.setattr("stylecore.ui.lab.state.reader", lambda: language)
    lab = LabState()
    lab.lambdas = "0.3; 0.7"
    lab.set_widget_defaults()
    assert lab.lambdas == "0.3; 0.7"  # as somebody wrote it
    language = "ru"
    lab.set_widget_defaults()
    assert (lab.lambdas, lab.chosen_lambdas()) == ("0,3 0,7", (0.3, 0.7))
    lab.lambdas = "0,3 и ещё"
    language = "en"
    lab.set_widget_defaults()
    assert lab.lambdas == "0,3 и ещё"
