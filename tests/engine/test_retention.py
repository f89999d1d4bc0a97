"""What has to go when there is too much: decisions on jobs that are nothing but numbers."""

import dataclasses

import pytest

from stylecore.config import TransferConfig
from stylecore.engine.cost import Cost
from stylecore.engine.jobs import Job, Request, Snapshot
from stylecore.engine.limits import Limits
from stylecore.engine.retention import bytes_of, jobs_to_forget, states_to_release
from stylecore.imaging.inputs import pair

LIMITS = Limits(max_size=512, max_steps=100, max_waiting=3, kept_mb=1, state_mb=10)
CONTENT = b"c" * 100_000


def job(owner, status="finished", result=b"", state=0, seen=0.0, resumable=False, workspace="studio"):
    made = Job(
        id="job",
        owner=owner,
        number=1,
        request=Request(inputs=pair(CONTENT, b""), config=TransferConfig(), workspace=workspace),
        cost=Cost(setup=0, stages=(), memory=0, state=state, picture=1),
        snapshot=Snapshot(status=status, results=(result,)),
        seen=seen,
    )
    if resumable:
        made.holds_state = True
    return made


def test_pictures_are_counted_once_however_many_jobs_have_them():
    assert bytes_of([job("ann", result=b"r" * 10), job("bob", result=b"s" * 5)]) == len(CONTENT) + 15


def test_the_oldest_of_those_who_hold_the_most_go_first():
    small, first, second = (
        job("ann", result=b"a" * 10),
        job("bob", result=b"b" * 600_000),
        job("bob", result=b"c" * 500_000),
    )
    assert jobs_to_forget([small, first, second], LIMITS) == [first]
    assert jobs_to_forget([small, first], LIMITS) == []
    running = job("bob", "running", result=b"d" * 2_000_000)
    assert jobs_to_forget([running, small], LIMITS) == [small]  # what runs stays, whatever it takes


def test_an_owner_keeps_so_many_results_and_no_more():
    jobs = [job("ann") for _ in range(5)]
    limits = dataclasses.replace(LIMITS, kept_jobs=3)
    assert jobs_to_forget([*jobs, job("bob")], limits) == jobs[:2]


def test_what_has_been_removed_goes_before_what_is_older():
    old, removed, new = (job("ann", result=bytes([n]) * 400_000) for n in range(3))
    removed.removed = 1.0
    assert jobs_to_forget([old, removed, new], LIMITS) == [removed]
    assert jobs_to_forget([old, removed, new], dataclasses.replace(LIMITS, kept_jobs=2)) == [removed]


@pytest.mark.parametrize(("state", "gone"), [(4_000_000, 0), (6_000_000, 1), (11_000_000, 2)])
def test_states_are_kept_as_far_as_there_is_room_paused_ones_first(state, gone):
    ended = job("ann", resumable=True, state=state, seen=9.0)
    paused = job("bob", "paused", resumable=True, state=state, seen=1.0)
    assert states_to_release([ended, paused], LIMITS) == [[], [ended], [paused, ended]][gone]


def test_what_goes_takes_no_room_from_what_stays():
    old, new = (job("ann", resumable=True, state=5_000_000, seen=seen) for seen in (8.0, 9.0))
    other = job("bob", resumable=True, state=5_000_000, seen=1.0)
    assert states_to_release([old, new, other], LIMITS) == [old]


def test_only_the_newest_state_of_an_owner_is_kept():
    old, new, cold = job("ann", resumable=True), job("ann", resumable=True), job("ann")
    assert states_to_release([old, new, cold], LIMITS) == [old]


def test_a_paused_run_and_a_run_of_another_page_keep_their_states():
    paused, lab, old, new = (
        job("ann", "paused", resumable=True, seen=1.0),
        job("ann", resumable=True, seen=2.0, workspace="lab"),
        job("ann", resumable=True, seen=3.0),
        job("ann", resumable=True, seen=4.0),
    )
    assert states_to_release([paused, lab, old, new], LIMITS) == [old]


def test_bytes_that_are_kept_elsewhere_count():
    old, new = job("ann", result=b"o" * 300_000), job("ann", result=b"n" * 300_000)
    assert jobs_to_forget([old, new], LIMITS) == []
    assert jobs_to_forget([old, new], LIMITS, other_bytes=400_000) == [old]
