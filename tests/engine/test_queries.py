"""Questions on their way: turns, limits, what is kept; and that the engine answers between two steps."""

import dataclasses
import time

import pytest

from stylecore.config import TransferConfig
from stylecore.engine.engine import Engine
from stylecore.engine.feature_views import FeatureQuestion
from stylecore.engine.jobs import Request
from stylecore.engine.limits import Limits
from stylecore.engine.queries import KEPT, WAITING, Inbox
from stylecore.imaging.images import encode_png, to_image

LIMITS = Limits(max_size=512, max_steps=10_000, max_waiting=3, kept_mb=50, state_mb=500)


@dataclasses.dataclass(frozen=True)
class Counting:
    """A question of so many passes that notes when it had its turns."""

    name: str
    passes: int = 2
    fails: bool = False
    config: TransferConfig = dataclasses.field(default_factory=TransferConfig)
    turns: list = dataclasses.field(default_factory=list, compare=False)

    def work(self, _vgg):
        for i in range(self.passes):
            self.turns.append(i)
            if self.fails:
                raise ValueError("This can't be answered.")
            yield
        return f"{self.name} answered"


@pytest.fixture
def inbox():
    return Inbox(lambda _network: None, str)


def exhaust(inbox):
    while inbox.waiting():
        inbox.advance()


def test_questions_take_turns_pass_by_pass(inbox):
    long, short = inbox.ask("ann", Counting("long", passes=5)), inbox.ask("bob", Counting("short", passes=1))
    for _ in range(4):
        inbox.advance()
    assert (short.status, short.answer) == ("answered", "short answered")
    assert long.status == "waiting"
    exhaust(inbox)
    assert long.answer == "long answered"
    assert long.done.is_set()


def test_what_is_known_is_not_asked_again_but_by_nobody_else(inbox):
    question = Counting("one")
    first = inbox.ask("ann", question)
    exhaust(inbox)
    assert inbox.ask("ann", Counting("one")) is first
    assert not inbox.waiting()
    assert inbox.ask("bob", question) is not first


def test_a_question_that_fails_is_a_sentence_and_may_be_asked_again(inbox):
    failed = inbox.ask("ann", Counting("bad", fails=True))
    exhaust(inbox)
    assert (failed.status, failed.error, failed.answer) == ("failed", "This can't be answered.", None)
    assert inbox.ask("ann", Counting("bad", fails=True)) is not failed


def test_newer_questions_take_the_place_of_old_ones_of_the_same_owner(inbox):
    others = inbox.ask("bob", Counting("other"))
    questions = [Counting(str(i)) for i in range(WAITING + 2)]
    mine = [inbox.ask("ann", question) for question in questions]
    assert [inquiry.status for inquiry in mine[:2]] == ["dropped"] * 2
    assert all(inquiry.done.is_set() for inquiry in mine[:2])
    exhaust(inbox)
    assert {inquiry.status for inquiry in [*mine[2:], others]} == {"answered"}
    assert not questions[0].turns


def test_what_was_asked_is_not_kept_but_known_again(inbox):
    answered, failed = inbox.ask("ann", Counting("same")), inbox.ask("ann", Counting("bad", fails=True))
    exhaust(inbox)
    assert answered.question is failed.question is None  # nor the pictures in it
    assert inbox.ask("ann", Counting("same")) is answered
    assert inbox.ask("bob", Counting("same")) is not answered


def test_answers_are_kept_within_bounds(inbox):
    first = inbox.ask("ann", Counting("first"))
    exhaust(inbox)
    for i in range(KEPT):
        inbox.ask("bob", Counting(str(i)))
        exhaust(inbox)
    assert inbox.ask("ann", Counting("first")) is not first


def test_the_engine_answers_when_it_is_idle_and_between_two_steps(toy, tensors):
    engine = Engine("cpu", lambda *_: toy, limits=LIMITS, refresh=0.0)
    picture = encode_png(to_image(tensors[0][0]))
    question = FeatureQuestion(picture, "relu1_1", TransferConfig(size=24))
    idle = engine.ask("ann", question)
    assert idle.done.wait(10)
    assert idle.answer.size == (24, 20)
    layers = {"content_layers": (("relu1_1", 1.0),), "style_layers": (("relu1_1", 1.0),)}
    config = TransferConfig(size=24, steps=10_000, **layers)
    job = engine.submit("ann", Request(content=picture, style=picture, config=config))
    while not job.snapshot.history:
        time.sleep(0.002)
    busy = engine.ask("bob", question)
    assert busy.done.wait(10)
    assert busy.answer == idle.answer
    assert job.snapshot.status == "running"
    engine.stop(job)


def test_the_engine_explains_what_fails(toy):
    engine = Engine("cpu", lambda *_: toy, limits=LIMITS)
    inquiry = engine.ask("ann", FeatureQuestion(b"no picture", "relu1_1", TransferConfig(size=24)))
    assert inquiry.done.wait(10)
    assert "can't be read as a picture" in inquiry.error


def test_a_look_that_is_cut_off_with_the_worker_leaves_nobody_waiting(inbox):
    class Killed(Counting):
        def work(self, _vgg):
            raise SystemExit
            yield

    inquiry = inbox.ask("ann", Killed("killed"))
    with pytest.raises(SystemExit):
        inbox.advance()
    assert inquiry.done.is_set()
    assert inquiry.error == "The look was cut off: try again."
