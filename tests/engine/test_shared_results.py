"""Results that everybody may see: of public files alone, without anything of whoever painted them."""

import dataclasses

import pytest

from stylecore.config import TransferConfig
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Frame, Job, Request, Snapshot
from stylecore.engine.shared_results import SharedResults
from stylecore.imaging.inputs import InputImage, Inputs, pair
from stylecore.transfer.records import LossRecord
from tests.support.engines import until, wait

PUBLIC = {b"photograph": "Chelsea", b"style": "Night"}


def record(index, lambdas=(0.2,)):
    return LossRecord(index, lambdas, lambdas, lambdas, lambdas, {}, {})


def job(inputs=None, number=1, result=b"result", **changes):
    inputs = inputs or pair(b"photograph", b"style", names=("holiday.jpg", "secret.png"))
    request = Request(inputs=inputs, config=TransferConfig(size=64, steps=2, lambdas=(number / 10,)))
    snapshot = Snapshot(
        status="finished",
        steps=2,
        loss_history=(record(0), record(2)),
        results=(result,),
        previews=(b"preview",),
        frames=(Frame(0, (b"frame",)),),
    )
    return Job(
        id=f"job-{number}",
        owner="ann",
        number=number,
        request=request,
        cost=None,
        snapshot=dataclasses.replace(snapshot, **changes),
        seen=0.0,
    )


@pytest.fixture
def shared():
    return SharedResults(PUBLIC, 10**6)


def test_a_result_of_public_files_is_kept_without_anything_of_its_owner(shared):
    offered = job()
    shared.offer(offered)
    (kept,) = shared.matching(offered.request)
    assert kept.snapshot.results == (b"result",)
    assert kept.owner == ""
    assert [image.name for image in kept.request.inputs] == ["Chelsea", "Night"]
    assert kept.snapshot.frames == ()
    assert shared.find(kept.id) is kept
    assert shared.find(offered.id) is None


@pytest.mark.parametrize(
    "inputs",
    [
        pair(b"my own", b"style"),
        pair(b"photograph", b"my own"),
        pair(b"photograph", b"style", b"photograph"),
        Inputs(contents=(InputImage(data=b"photograph"),), styles=(InputImage(data=b"style", mask=b"my own"),)),
        Inputs(contents=(InputImage(data=b"photograph"),), styles=(InputImage(data=b"style", region=b"my own"),)),
        Inputs(contents=(InputImage(data=b"photograph"),), styles=(InputImage(data=b"style"),), leave=b"my own"),
    ],
    ids=["own photograph", "own style", "from a picture", "own mask", "own region", "left alone"],
)
def test_nothing_that_an_own_picture_is_in_is_ever_kept(shared, inputs):
    offered = job(inputs)
    shared.offer(offered)
    assert shared.matching(offered.request) == []
    assert shared.held_bytes() == 0


def test_whoever_leaves_a_part_alone_or_mixes_styles_sees_no_result_without(shared):
    offered = job()
    shared.offer(offered)
    plain = offered.request.inputs
    (style,) = plain.styles
    others = [
        dataclasses.replace(plain, leave=b"mask"),
        dataclasses.replace(plain, styles=(dataclasses.replace(style, region=b"mask"),)),
        dataclasses.replace(plain, styles=(style, style)),
    ]
    for inputs in others:
        assert shared.matching(dataclasses.replace(offered.request, inputs=inputs)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"changes": ((1, (0.4,)),)},
        {"weight_changes": ((1, (0.4, 0.6)),)},
        {"status": "stopped"},
        {"status": "failed"},
        {"loss_history": (record(0), record(9))},
    ],
    ids=["steered", "mixed anew", "stopped", "failed", "extended"],
)
def test_only_what_its_settings_say_is_kept(shared, changes):
    offered = job(**changes)
    shared.offer(offered)
    assert shared.matching(offered.request) == []


def test_what_nobody_asked_for_longest_goes_first():
    shared = SharedResults(PUBLIC, 2 * len(b"xpreview") + 1)
    first, second, third = (job(number=number, result=b"x") for number in (1, 2, 3))
    for offered in (first, second, third):
        shared.offer(offered)
    assert [kept.request.config.lambdas for kept in shared.matching(first.request)] == [(0.2,), (0.3,)]
    assert shared.held_bytes() == 2 * len(b"xpreview")


def test_what_is_supplied_stays():
    supplied = dataclasses.replace(job(), owner="", id="sample-1")
    shared = SharedResults(PUBLIC, 0, [supplied])
    shared.offer(job(number=2))
    assert shared.matching(supplied.request) == [supplied]


def test_what_one_visitor_has_painted_of_samples_everybody_sees_and_nothing_else(toy, request_for, picture):
    shared = SharedResults({picture[0]: "Photograph", picture[1]: "Style"}, 10**6)
    engine = Engine("cpu", lambda name, device: toy, shared=shared)
    request = request_for()
    painted = engine.submit("ann", request)
    wait(painted)
    until(lambda: engine.jobs_like("bob", request))  # a moment after its owner, who has it already
    (seen,) = engine.jobs_like("bob", request)
    assert seen.snapshot.results == painted.snapshot.results
    assert engine.job("bob", painted.id) is None
    own = engine.promote(seen, 0, "bob")
    assert engine.jobs_of("bob") == [own]
    assert engine.promote(seen, 0, "bob") is own
    engine.forget_all("bob")
    engine.forget_all("ann")
    assert engine.jobs_like("bob", request) == [seen]

    private = dataclasses.replace(request, inputs=pair(picture[1] + b"\0", picture[1]))
    wait(engine.submit("ann", private))
    assert engine.jobs_like("bob", private) == []
    engine.close()
