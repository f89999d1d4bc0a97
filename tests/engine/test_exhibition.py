"""What visitors show to everybody: on purpose, no more than is allowed, and theirs to take away."""

import dataclasses

import pytest

from stylecore.config import TransferConfig
from stylecore.engine.exhibition import MOST_OF_ONE, Exhibition, ExhibitionFull
from stylecore.engine.jobs import Job, Request, Snapshot
from stylecore.imaging.inputs import InputImage, Inputs, pair
from stylecore.transfer.records import LossRecord

PUBLIC = {b"cat": "Chelsea", b"night": "Swirling night"}


def job(number=1, owner="ann", inputs=None, steered=None):
    lambdas = (steered or 0.2,)
    inputs = inputs or pair(b"my own", b"night", names=("holiday.jpg", "x"))
    return Job(
        id=f"job-{number}",
        owner=owner,
        number=number,
        request=Request(
            inputs=inputs or pair(b"my own", b"night", names=("holiday.jpg", "x")), config=TransferConfig()
        ),
        cost=None,
        snapshot=Snapshot(status="finished", loss_history=(LossRecord(0, lambdas, lambdas, lambdas, lambdas, {}, {}),)),
        seen=0.0,
    )


def test_nothing_of_the_files_or_their_names_is_shown():
    exhibition = Exhibition(9)
    exhibit = exhibition.add(job(), b"small", PUBLIC)
    assert exhibition.all() == [exhibit]
    assert exhibit.samples == {"style": "Swirling night"}
    assert "ann" not in exhibit.id
    shown = repr(dataclasses.asdict(dataclasses.replace(exhibit, samples=dict(exhibit.samples))))
    assert "my own" not in shown
    assert "holiday" not in shown
    assert exhibition.held_bytes() == len(b"small")


def test_the_settings_have_the_lambda_that_it_ended_with():
    assert Exhibition(9).add(job(steered=0.7), b"small", PUBLIC).config.lambdas == (0.7,)


def test_a_mix_of_styles_is_not_called_by_the_first():
    mixed = Inputs(contents=(InputImage(data=b"cat"),), styles=(InputImage(data=b"night"), InputImage(data=b"other")))
    assert Exhibition(9).add(job(inputs=mixed), b"small", PUBLIC).samples == {"content": "Chelsea"}


def test_no_more_are_taken_than_the_operator_and_fairness_allow():
    exhibition = Exhibition(MOST_OF_ONE + 1)
    for number in range(MOST_OF_ONE):
        exhibition.add(job(number), b"small", PUBLIC)
    with pytest.raises(ExhibitionFull, match="You have 3 pictures"):
        exhibition.add(job(9), b"small", PUBLIC)
    exhibition.add(job(1, "bob"), b"small", PUBLIC)
    with pytest.raises(ExhibitionFull, match="it takes 4 of"):
        exhibition.add(job(1, "cid"), b"small", PUBLIC)
    again = exhibition.add(job(0), b"other colours", PUBLIC)
    assert exhibition.of_result("ann", "job-0") is again
    assert len(exhibition.all()) == MOST_OF_ONE + 1
    with pytest.raises(ExhibitionFull):
        Exhibition(0).add(job(), b"small", PUBLIC)


def test_only_the_owner_and_the_operator_take_a_picture_away():
    exhibition = Exhibition(9, "sesame")
    first, second, third = (exhibition.add(job(number), b"small", PUBLIC) for number in range(3))
    for owner, key in (("bob", ""), ("bob", "SESAME"), ("", "")):
        assert not exhibition.remove(first.id, owner, key)
    assert exhibition.remove(first.id, "ann")
    assert exhibition.remove(second.id, "bob", "sesame")
    assert not exhibition.remove(second.id, "ann")
    assert exhibition.all() == [third]
    exhibition.forget("bob")
    assert exhibition.get(third.id) is third
    exhibition.forget("ann")
    assert exhibition.all() == []


def test_where_there_is_no_key_the_empty_one_opens_nothing():
    assert not Exhibition(9).is_operator("")
    assert not Exhibition(9, "sesame").is_operator("")
