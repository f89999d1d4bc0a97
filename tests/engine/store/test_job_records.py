"""A job as a record: all that it was made from and all that it has made, and nothing that it has not."""

import dataclasses
import json

import pytest

from stylecore.config import TransferConfig
from stylecore.engine.jobs import Frame, Job, Request, Snapshot
from stylecore.engine.runner import Pictures
from stylecore.engine.store.job_records import job_from_plain, job_to_plain
from stylecore.imaging.inputs import InputImage, Inputs
from stylecore.transfer.enlargement import Level
from stylecore.transfer.records import LossRecord, Steering

STYLE = InputImage(data=b"style", name="a style", weight=0.25, mask=b"mask", region=b"region")
INPUTS = Inputs(
    contents=(InputImage(data=b"content", name="a photograph"),),
    styles=(STYLE, dataclasses.replace(STYLE, data=b"another", weight=1 / 3)),
    init=InputImage(data=b"start"),
    leave=b"leave",
)
CONFIG = TransferConfig(steps=3, lambdas=(0.1, 1 / 3), init="image", style_layers=(("relu1_1", 0.1), ("relu2_2", 1.0)))
LOSSES = LossRecord(2, (0.1, 1 / 3), (0.5, 0.1), (1.0, 2.0), (3.0, 4.0), {"relu1_1": (1e-9, 0.7)}, {}, (0.25, 1 / 3))
SNAPSHOT = Snapshot(
    status="finished",
    steps=5,
    seconds=1.25,
    loss_history=(LOSSES,),
    previews=(b"jpeg 1", b"jpeg 2"),
    frames=(Frame(0, (b"frame 1", b"frame 2")),),
    results=(b"png 1", b"png 2"),
    pictured=2,
    changes=((1, (0.2, 0.3)),),
    weight_changes=((1, (1.0, 2.0)),),
    sizes=((0, (32, 20)), (2, (64, 40))),
    notices=("A sentence.",),
    error="Another.",
    too_large=True,
)


def made(snapshot=SNAPSHOT, **others):
    request = Request(inputs=INPUTS, config=CONFIG, workspace="lab", levels=(Level(128, 4),))
    fields = {"size": (64, 40), "frame_every": 2, "steering": Steering(more_steps=3), **others}
    return Job(id="job-7", owner="ann", number=4, request=request, cost=None, snapshot=snapshot, seen=0.0, **fields)


def after_a_start(job, snapshot=None, pictures=None):
    plain, files = job_to_plain(job, snapshot or job.snapshot, pictures)
    return job_from_plain(json.loads(json.dumps(plain)), job.id, job.owner, dict(files).__getitem__)


def test_everything_comes_back():
    job = made()
    again = after_a_start(job)
    assert again.request == job.request
    assert again.snapshot == job.snapshot
    for name in ("id", "owner", "number", "steering", "size", "frame_every"):
        assert getattr(again, name) == getattr(job, name)


def test_every_field_of_a_snapshot_is_kept_unless_it_is_of_the_moment():
    untold = {field.name for field in dataclasses.fields(Snapshot) if getattr(SNAPSHOT, field.name) == field.default}
    assert untold == {"position", "wait", "left", "repeated", "resumable"}  # what is new is kept, and told of above


def test_a_run_at_work_is_kept_with_the_pictures_of_its_step():
    running = dataclasses.replace(SNAPSHOT, status="running", results=(b"of a pause",), pictured=1)
    again = after_a_start(made(running), pictures=Pictures((b"new 1", b"new 2"), (b"small 1", b"small 2")))
    assert again.snapshot.results == (b"new 1", b"new 2")
    assert again.snapshot.previews == (b"small 1", b"small 2")
    assert again.snapshot.pictured == 2


def test_a_run_whose_picture_can_t_be_had_begins_anew_with_what_it_was_steered_to():
    running = dataclasses.replace(SNAPSHOT, status="running", results=(b"of a pause",), pictured=1)
    again = after_a_start(made(running))
    assert (again.snapshot.loss_history, again.snapshot.results, again.snapshot.changes) == ((), (), ())
    assert again.snapshot.steps == SNAPSHOT.steps
    assert again.steering == Steering(lambdas=(0.2, 0.3), style_weights=(1.0, 2.0), more_steps=3)


def test_a_missing_file_is_an_error():
    plain, files = job_to_plain(made(), SNAPSHOT, None)
    with pytest.raises(LookupError):
        job_from_plain(
            plain, "job-7", "ann", {name: data for name, data in files.items() if data != b"mask"}.__getitem__
        )
