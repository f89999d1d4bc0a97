"""Queries: turns, limits, what is kept; and that the engine answers between two steps."""

import dataclasses
import gc
import time
import weakref

import pytest

from stylecore.config import TransferConfig
from stylecore.engine.engine import Engine
from stylecore.engine.feature_views import FeatureMapsQuery
from stylecore.engine.jobs import Request
from stylecore.engine.limits import Limits
from stylecore.engine.queries import MAX_KNOWN, MAX_WAITING, MAX_WAITING_IN_ALL, QueryFailed, QueryQueue
from stylecore.errors import SettingError
from stylecore.imaging import inputs
from stylecore.imaging.images import encode_png
from stylecore.imaging.tensors import to_image

LIMITS = Limits(max_size=512, max_steps=10_000, max_waiting=3, kept_mb=50, state_mb=500)


@dataclasses.dataclass(frozen=True)
class Counting:
    """A query of so many passes that notes when it had its turns."""

    name: str
    passes: int = 2
    fails: bool = False
    config: TransferConfig = dataclasses.field(default_factory=TransferConfig)
    turns: list = dataclasses.field(default_factory=list, compare=False)

    def work(self, _vgg, _pictures):
        for i in range(self.passes):
            self.turns.append(i)
            if self.fails:
                raise SettingError("This can't be answered.")
            yield
        return f"{self.name} answered"


@pytest.fixture
def queries():
    return QueryQueue(lambda query: query.work(None, None))


def exhaust(queries):
    while asker := queries.next_asker(str):
        queries.advance(asker)


def test_a_question_in_work_is_finished_before_the_next_begins(queries):
    """Each holds memory between two passes: however many ask, it is that of one."""
    long, short = queries.ask("bob", Counting("long", passes=5)), queries.ask("ann", Counting("short", passes=1))
    assert queries.advance("bob") == "bob"
    assert [queries.advance("ann") for _ in range(5)] == ["bob"] * 5  # who pays is who has asked
    assert long.result(0) == "long answered"
    assert not short.done()
    exhaust(queries)
    assert short.result(0) == "short answered"


def test_whose_turn_it_is_follows_the_place(queries):
    for owner in ("ann", "bob", "cyd"):
        queries.ask(owner, Counting(owner))
    places = {"ann": 3, "bob": 1, "cyd": 2}
    assert queries.next_asker(places.__getitem__) == "bob"
    queries.advance("bob")
    assert queries.next_asker(places.__getitem__) == "bob"  # its question is in work
    exhaust(queries)
    assert queries.next_asker(places.__getitem__) is None
    assert not queries.waiting()


def test_what_is_known_is_not_asked_again_but_by_nobody_else(queries):
    query = Counting("one")
    first = queries.ask("ann", query)
    exhaust(queries)
    assert queries.ask("ann", Counting("one")) is first
    assert not queries.waiting()
    assert queries.ask("bob", query) is not first


def test_a_question_that_fails_is_a_sentence_and_may_be_asked_again(queries):
    failed = queries.ask("ann", Counting("bad", fails=True))
    exhaust(queries)
    with pytest.raises(QueryFailed, match=r"^This can't be answered\.$"):
        failed.result(0)
    assert queries.ask("ann", Counting("bad", fails=True)) is not failed


def test_of_one_owner_s_questions_the_next_and_the_newest_stay(queries):
    others = queries.ask("bob", Counting("other"))
    questions = [Counting(str(i)) for i in range(MAX_WAITING + 2)]
    mine = [queries.ask("ann", query) for query in questions]
    assert [future.cancelled() for future in mine] == [False, True, True, False, False, False]
    exhaust(queries)
    assert all(future.result(0) for future in [mine[0], *mine[3:], others])
    assert not questions[1].turns


def test_a_flood_of_questions_drops_those_of_whoever_has_most_and_never_the_next(queries):
    first = queries.ask("ann", Counting("ann's"))
    askers = [f"visitor {i // MAX_WAITING}" for i in range(MAX_WAITING_IN_ALL - 2)]
    flood = [queries.ask(asker, Counting(str(i))) for i, asker in enumerate(askers)]
    last = queries.ask("bob", Counting("bob's"))
    assert not any(future.cancelled() for future in (first, *flood, last))
    one_more = queries.ask("cyd", Counting("cyd's"))
    assert [i for i, future in enumerate(flood) if future.cancelled()] == [len(flood) - 3]
    exhaust(queries)
    assert all(future.done() for future in (first, last, one_more))
    assert not any(future.cancelled() for future in (first, last, one_more, flood[0]))


def test_what_a_visitor_asked_can_be_forgotten(queries):
    mine, waits = queries.ask("ann", Counting("one")), queries.ask("bob", Counting("two"))
    exhaust(queries)
    later = queries.ask("ann", Counting("three"))
    queries.forget("ann")
    assert later.cancelled()
    assert queries.ask("ann", Counting("one")) is not mine
    assert queries.ask("bob", Counting("two")) is waits


def test_what_was_asked_is_not_kept_but_known_again(queries):
    query, bad = Counting("same"), Counting("bad", fails=True)
    answered, failed = queries.ask("ann", query), queries.ask("ann", bad)
    exhaust(queries)
    assert failed.done()
    held = weakref.ref(query), weakref.ref(bad)
    del query, bad
    gc.collect()
    assert [reference() for reference in held] == [None, None]  # nor the pictures in them
    assert queries.ask("ann", Counting("same")) is answered
    assert queries.ask("bob", Counting("same")) is not answered


def test_answers_are_kept_within_bounds(queries):
    first = queries.ask("ann", Counting("first"))
    exhaust(queries)
    for i in range(MAX_KNOWN):
        queries.ask("bob", Counting(str(i)))
        exhaust(queries)
    assert queries.ask("ann", Counting("first")) is not first


def test_the_engine_answers_when_it_is_idle_and_between_two_steps(toy, tensors):
    engine = Engine("cpu", lambda *_: toy, limits=LIMITS, refresh=0.0)
    picture = encode_png(to_image(tensors[0][0]))
    query = FeatureMapsQuery(picture, "relu1_1", TransferConfig(size=24))
    idle = engine.ask("ann", query)
    assert idle.result(10).size == (24, 20)
    layers = {"content_layers": (("relu1_1", 1.0),), "style_layers": (("relu1_1", 1.0),)}
    config = TransferConfig(size=24, steps=10_000, **layers)
    job = engine.submit("ann", Request(inputs=inputs.pair(picture, picture), config=config))
    while not job.snapshot.loss_history:
        time.sleep(0.002)
    busy = engine.ask("bob", query)
    assert busy.result(10) == idle.result(0)
    assert job.snapshot.status == "running"
    engine.stop(job)


def test_the_engine_explains_what_fails(toy):
    engine = Engine("cpu", lambda *_: toy, limits=LIMITS)
    future = engine.ask("ann", FeatureMapsQuery(b"no picture", "relu1_1", TransferConfig(size=24)))
    with pytest.raises(QueryFailed, match="isn't a picture we can read"):
        future.result(10)


def test_a_look_that_is_cut_off_with_the_worker_leaves_nobody_waiting(queries):
    class Killed(Counting):
        def work(self, _vgg, _pictures):
            raise SystemExit
            yield

    future = queries.ask("ann", Killed("killed"))
    with pytest.raises(SystemExit):
        queries.advance("ann")
    with pytest.raises(QueryFailed, match=r"^This was interrupted: please try again\.$"):
        future.result(0)
