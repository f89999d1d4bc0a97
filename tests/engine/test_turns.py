"""Turns are slices: nobody waits for a whole run of another, and everybody has a share, however much is asked for."""

import dataclasses
import io
import itertools
from collections import Counter

import pytest
from PIL import Image

from stylecore.config import TransferConfig
from stylecore.engine.cost import Cost
from stylecore.engine.engine import Engine
from stylecore.engine.turns import SLICE_SECONDS, Turns
from tests.support.engines import STEP_SECONDS, Clock, TimedRunner, at_work, limits, request, wait

STATE = 10 * 10**6  # bytes of each run


@dataclasses.dataclass(frozen=True)
class Asked:
    name: str
    seconds: float = 2.0
    passes: int = 1
    config: TransferConfig = dataclasses.field(default_factory=TransferConfig)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def runner(clock):
    return TimedRunner(clock)


@pytest.fixture
def engine(runner, clock, monkeypatch):
    cost = Cost(setup=0, stages=((1, 1),), memory=0, state=STATE, picture=1)
    monkeypatch.setattr("stylecore.engine.engine.request_cost", lambda *_: cost)
    engine = Engine(
        "cpu", limits=limits(max_waiting=30), runners=[runner], answerer=runner, clock=clock, abandoned_after=1e6
    )
    yield engine
    runner.until = 10**9
    for owner in {job.owner for job in engine._registry.jobs.values()}:
        for job in engine.jobs_of(owner):
            engine.stop(job)
    engine.close()


def test_a_short_run_does_not_wait_for_a_long_one(engine, runner):
    runner.until = 10
    long = engine.submit("ann", request(10_000))
    at_work(long, 5)
    short = engine.submit("bob", request(3))
    runner.until = 10**9
    assert wait(short).status == "finished"
    after = runner.made[10:]
    first = after.index(short.id)
    assert first * STEP_SECONDS <= 2 * SLICE_SECONDS
    assert after[first : first + 4] == [short.id] * 4
    assert long.snapshot.status == "running"  # as its owner sees it


def test_twenty_visitors_share_the_time_and_everybody_begins_within_one_round(engine, runner):
    runner.until = 1
    jobs = [engine.submit(f"visitor {i}", request(10_000)) for i in range(20)]
    runner.until = 20 * 4 * 10
    at_work(jobs[-1], 15)
    counts = Counter(runner.made)
    assert set(counts) == {job.id for job in jobs}
    first_round = runner.made[: 20 * round(SLICE_SECONDS / STEP_SECONDS + 1)]
    assert set(first_round) == set(counts)
    assert max(counts.values()) <= 2 * min(counts.values())


def test_a_run_is_not_interrupted_while_nobody_waits(engine, runner):
    job = engine.submit("ann", request(40))
    assert wait(job).status == "finished"
    assert runner.made == [job.id] * 41
    assert [call[0] for call in runner.calls] == ["begin"]


def test_one_visitor_s_runs_have_the_share_of_one(engine, runner):
    runner.until = 1
    engine.submit("other", request(10_000))
    many = [
        engine.submit("ann", dataclasses.replace(request(10_000), workspace=w)) for w in ("studio", "lab", "layers")
    ]
    bob = engine.submit("bob", request(10_000))
    runner.until = 121
    at_work(bob, 30)
    counts = Counter(runner.made)
    assert abs(sum(counts[job.id] for job in many) - counts[bob.id]) <= 6
    assert [counts[job.id] for job in many[1:]] == [0, 0]  # of one visitor, one run holds a state


def test_no_stream_of_newcomers_keeps_anybody_from_a_turn():
    turns, names, waiting = Turns(), (f"newcomer {i}" for i in itertools.count()), ["ann"]
    turns.join("ann")
    had = []
    for _ in range(40):
        for newcomer in itertools.islice(names, 2):
            turns.join(newcomer)
            waiting.append(newcomer)
        owner = min(waiting, key=turns.place)
        turns.begin(owner)
        turns.charge(owner, 2.0)
        had.append(owner)
        if owner != "ann":
            waiting.remove(owner)
    assert had[0] == "ann"
    assert "ann" in had[1:]


def test_who_comes_late_gets_no_credit_for_the_time_before():
    turns = Turns()
    for owner in "ab":
        turns.join(owner)
    for _ in range(50):
        owner = min("ab", key=turns.place)
        turns.begin(owner)
        turns.charge(owner, 2.0)
    turns.join("c")
    had = []
    for _ in range(30):
        owner = min("abc", key=turns.place)
        turns.begin(owner)
        turns.charge(owner, 2.0)
        had.append(owner)
    assert set(Counter(had).values()) == {10}


def test_a_long_time_alone_is_held_against_nobody(engine, runner):
    runner.until = 200
    ann = engine.submit("ann", request(10_000))
    at_work(ann, 190)
    bob = engine.submit("bob", request(10_000))
    runner.until = 240
    at_work(bob, 12)
    at_work(ann, 210)


def test_no_more_runs_begin_than_there_is_room_for_their_states(engine, runner):
    engine._registry.limits = dataclasses.replace(engine.limits, state_mb=STATE // 10**6 + 5)
    runner.until = 1
    jobs = [engine.submit(name, request(60)) for name in ("ann", "bob", "cyd", "dan")]
    runner.until = 60
    at_work(jobs[1], 20)
    assert set(runner.made) == {jobs[0].id, jobs[1].id}
    runner.until = 10**9
    assert [wait(job).status for job in jobs] == ["finished"] * 4
    begun = []
    for i, run in enumerate(runner.made):
        if run not in begun:
            begun.append(run)
            assert len(begun) - sum(run not in runner.made[i:] for run in begun) <= 2


def test_a_short_run_begins_also_where_long_ones_have_all_the_room(engine, runner):
    engine._registry.limits = dataclasses.replace(engine.limits, state_mb=1)
    seconds = {"bob": 2.0, "cyd": 2.0}
    engine._scheduler.left = lambda job: seconds.get(job.owner, 1e6)
    runner.until = 1
    long = [engine.submit(name, request(10_000)) for name in ("ann", "eve", "fay")]
    runner.until = 60
    at_work(long[1], 10)
    short = [engine.submit(name, request(3)) for name in ("bob", "cyd")]
    runner.until = 10**9
    assert [wait(job).status for job in short] == ["finished"] * 2
    assert not long[2].snapshot.loss_history
    made = [run for run in runner.made if run in {job.id for job in short}]
    assert made == [short[0].id] * 4 + [short[1].id] * 4  # one after the other


def test_a_picture_is_the_same_whether_others_had_turns_meanwhile_or_not(toy, request_for, monkeypatch):
    engine = Engine("cpu", lambda *_: toy, limits=limits(), refresh=0.0)
    undisturbed = wait(engine.submit("ann", request_for(steps=12)))
    monkeypatch.setattr("stylecore.engine.scheduler.SLICE_SECONDS", 0.0)
    jobs = [engine.submit(owner, request_for(steps=12)) for owner in ("ann", "bob")]
    pictures = [Image.open(io.BytesIO(wait(job).results[0])).tobytes() for job in jobs]
    assert pictures == [Image.open(io.BytesIO(undisturbed.results[0])).tobytes()] * 2
    engine.close()


def test_questions_are_charged_to_who_asks(engine, runner):
    """Each takes as long as four steps: half of the time is the other's all the same."""
    runner.until = 5
    job = engine.submit("ann", request(10_000))
    at_work(job, 2)
    answers = [engine.ask("eve", Asked(f"question {i}")) for i in range(4)]
    runner.until = 40
    assert [answer.result(10) for answer in answers] == [f"question {i}" for i in range(4)]
    at_work(job, 35)
    places = [i for i, made in enumerate(runner.made) if made.startswith("question")]
    assert len(places) == 4
    assert all(later - sooner > 3 for sooner, later in itertools.pairwise(places[1:]))


def test_a_question_waits_for_one_step_and_not_for_a_slice(engine, runner):
    runner.until = 5
    job = engine.submit("ann", request(10_000))
    at_work(job, 3)
    answer = engine.ask("bob", Asked("question"))
    runner.until = 20
    assert answer.result(10) == "question"
    assert runner.made.index("question") <= 6


def test_jobs_in_the_queue_that_nobody_waits_for_go_by_themselves(engine, runner, clock):
    runner.until = 3
    engine.submit("ann", request(10_000))
    ghosts = [engine.submit(f"ghost {i}", request(10)) for i in range(19)]
    for ghost in ghosts:
        engine.leave(ghost.owner, grace=5.0)
    clock.seconds += 6
    for ghost in ghosts:
        assert wait(ghost).status == "stopped"
    assert engine.tally().waiting == 0


def test_how_long_it_takes_counts_those_with_whom_it_takes_turns(engine, runner):
    engine._scheduler.left = lambda job: {"ann": 100.0, "bob": 30.0, "cyd": 4.0}[job.owner]
    runner.until = 3
    ann = engine.submit("ann", request(10_000))
    at_work(ann, 1)
    bob, cyd = (engine.submit(name, request(10_000)) for name in ("bob", "cyd"))
    assert engine.heartbeat(cyd).wait == 2 * SLICE_SECONDS
    assert (engine.heartbeat(ann).wait, engine.heartbeat(ann).position) == (34.0, 2)
    assert engine.heartbeat(bob).wait == SLICE_SECONDS
