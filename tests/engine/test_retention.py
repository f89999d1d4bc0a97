"""What has to go when there is too much: decisions on jobs that are nothing but numbers."""

import dataclasses
import random
import time
from collections import Counter, deque

import pytest

from stylecore.config import TransferConfig
from stylecore.engine.cost import Cost
from stylecore.engine.jobs import Frame, Job, Request, Snapshot
from stylecore.engine.limits import Limits
from stylecore.engine.retention import jobs_to_forget, result_bytes, states_to_release, surplus, upload_bytes
from stylecore.imaging.inputs import pair

LIMITS = Limits(max_size=512, max_steps=100, max_waiting=3, kept_mb=1, uploads_mb=1, state_mb=10)
SAMPLE = b"c" * 100_000


def job(owner, status="finished", result=b"", state=0, seen=0.0, resumable=False, workspace="studio", content=SAMPLE):
    made = Job(
        id="job",
        owner=owner,
        number=1,
        request=Request(inputs=pair(content, b""), config=TransferConfig(), workspace=workspace),
        cost=Cost(setup=0, stages=(), memory=0, state=state, picture=1),
        snapshot=Snapshot(status=status, results=(result,)),
        seen=seen,
    )
    if resumable:
        made.holds_state = True
    return made


def test_uploads_are_counted_once_however_many_jobs_have_them_and_samples_not_at_all():
    mine = b"m" * 10
    jobs = [job("ann"), job("bob"), job("bob", content=mine), job("bob", content=mine)]
    assert upload_bytes(jobs) == {"bob": 10}


def test_the_bytes_of_a_job_are_those_of_its_newest_snapshot():
    one = job("ann", result=b"r" * 10)
    assert result_bytes(one) == result_bytes(one) == 10
    one.snapshot = dataclasses.replace(one.snapshot, previews=(b"p" * 5,), frames=(Frame(0, (b"f" * 3,)),))
    assert result_bytes(one) == 18


def test_the_oldest_of_those_who_hold_the_most_go_first():
    small, first, second = (
        job("ann", result=b"a" * 10),
        job("bob", result=b"b" * 600_000),
        job("bob", result=b"c" * 500_000),
    )
    assert jobs_to_forget([small, first, second], LIMITS) == [first]
    assert jobs_to_forget([small, first], LIMITS) == []


def test_what_runs_stays_and_takes_no_room_from_what_is_kept():
    running = job("bob", "running", result=b"d" * 2_000_000)
    small = [job(f"visitor {i}", result=b"a" * 50_000) for i in range(5)]
    assert jobs_to_forget([running, *small, job("bob", result=b"e" * 50_000)], LIMITS) == []


def test_uploads_of_a_run_take_no_results_of_anybody():
    """One run with two pictures of 24 MB once erased five visitors' results of 0.05 MB."""
    large = job("bob", "running", content=b"d" * 48_000_000)
    small = [job(f"visitor {i}", result=b"a" * 50_000, content=bytes([i]) * 50_000) for i in range(5)]
    mine = job("bob", result=b"e" * 50_000)
    assert jobs_to_forget([large, *small, mine], LIMITS) == []


def test_an_upload_goes_with_all_that_was_made_of_it_and_never_while_it_is_used():
    first, second = b"1" * 700_000, b"2" * 600_000
    jobs = [job("ann", content=first), job("ann", content=second), job("ann", content=first)]
    assert jobs_to_forget(jobs, LIMITS) == [jobs[1]]  # the other one was used later
    assert jobs_to_forget([*jobs, job("ann", "running", content=second)], LIMITS) == []  # what runs is not kept


def test_a_thousand_small_results_cost_no_time():
    jobs = [job(f"visitor {i % 50}", result=bytes([i % 256]) * 2_000) for i in range(1000)]
    began = time.process_time()
    gone = jobs_to_forget(jobs, LIMITS)
    assert time.process_time() - began < 0.5
    assert len(gone) == 500
    assert {sum(one.owner == owner for one in gone) for owner in {one.owner for one in jobs}} == {10}


@pytest.mark.parametrize("seed", range(50))
def test_whoever_holds_no_more_than_a_share_loses_nothing(seed):
    rng, budget, kept = random.Random(seed), 100, {}
    for i in range(rng.randint(0, 30)):
        owner, size = rng.choice("abcd"), rng.randint(1, 50)
        kept.setdefault(owner, deque()).append(((owner, i, size), size))
    before = {owner: sum(size for _, size in things) for owner, things in kept.items()}
    gone = surplus(kept, budget)
    left = Counter(before) - Counter(
        {owner: sum(size for whose, _, size in gone if whose == owner) for owner in before}
    )
    assert sum(left.values()) <= budget
    assert all(before[owner] > budget / len(before) for owner, _, _ in gone)
    assert all(
        [i for whose, i, _ in gone if whose == owner] == sorted(i for whose, i, _ in gone if whose == owner)
        for owner in before
    )


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
