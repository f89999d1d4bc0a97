"""What a server that was killed has left: results as they were, and runs that go on to the very same picture."""

import pytest

from stylecore.artifacts.recipe import sha256
from stylecore.config import TransferConfig
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Request
from stylecore.engine.messages import FROM_PICTURE, OTHER_VERSION, SERVER_RETURNS, TOO_FAR
from stylecore.engine.store import job_keeper, recovery
from stylecore.engine.store.job_keeper import JobKeeper
from stylecore.engine.store.recovery import FileReader, recover_jobs
from stylecore.engine.store.store import Store
from stylecore.engine.throughput import ThroughputEstimator
from stylecore.imaging.inputs import pair
from stylecore.transfer.records import Steering
from tests.support.engines import FakeRunner, at_rest, at_work, limits, until, wait

KEPT = ("status", "steps", "loss_history", "previews", "frames", "results", "changes", "weight_changes", "sizes")


class Server:
    """An engine and what keeps its jobs, without the thread that lets it look."""

    def __init__(self, folder, make_engine):
        self.store = Store(folder, 10**7)
        jobs = recover_jobs(self.store, FileReader(self.store, [b"sample"]))
        self.engine = make_engine()
        self.keeper = JobKeeper(self.engine, jobs, Clock())
        self.engine.restore(jobs, self.store.written())

    def keep(self):
        self.keeper.keep(self.store)

    def end(self):
        self.store.close()
        self.engine.close()


class Clock:
    seconds = 0.0

    def __call__(self):
        self.seconds += job_keeper.CHECKPOINT_SECONDS
        return self.seconds


@pytest.fixture
def start(tmp_path, toy):
    """Starts a server on the folder; the one of before is dead, and its store says what it said last."""
    running = []

    def start_server(make_engine=lambda: Engine("cpu", lambda *_: toy, limits(), refresh=0.0)):
        for before in running:
            before.end()
        running[:] = [Server(tmp_path / "store", make_engine)]
        return running[0]

    yield start_server
    for last in running:
        last.end()


def fake_engine():
    return Engine("cpu", limits=limits(), runners=[FakeRunner()])


def shown(job):
    return {name: getattr(job.snapshot, name) for name in KEPT}


def cut_off(server, request, gate, after):
    """A job of ann's whose store has it at work after so many steps; the gate is closed."""
    job = server.engine.submit("ann", request)
    at_work(job, after)
    gate.clear()
    server.keep()
    gate.set()
    server.engine.stop(job)
    gate.clear()
    return job


def test_results_come_back_as_they_were(start, request_for):
    first = start()
    jobs = []
    for owner, lambdas in (("ann", (0.2, 0.7)), ("ann", (0.4,)), ("bob", (0.4,))):
        jobs.append(first.engine.submit(owner, request_for(lambdas=lambdas)))
        assert wait(jobs[-1]).status == "finished"
    first.keep()
    second = start()
    for job in jobs:
        again = second.engine.job(job.owner, job.id)
        assert shown(again) == shown(job)
        assert (again.request, again.number, again.size) == (job.request, job.number, job.size)
        assert not again.snapshot.resumable
    assert [job.id for job in second.engine.jobs_of("ann")] == [job.id for job in jobs[:2]]
    assert second.engine.job("bob", jobs[0].id) is None
    new = second.engine.submit("ann", request_for())
    assert new.id not in {job.id for job in jobs}
    assert new.number == 3
    assert at_rest(new)


def test_a_run_goes_on_from_what_was_kept_and_ends_at_the_very_same_picture(start, request_for, gate):
    first = start()
    job = first.engine.submit("ann", request_for(steps=60))
    at_work(job, 5)
    first.engine.steer(job, Steering(lambdas=(0.9,)))
    until(lambda: job.snapshot.changes)
    at_work(job, job.snapshot.changes[0][0] + 3)
    gate.clear()
    first.keep()
    done = len(job.snapshot.loss_history) - 1
    gate.set()
    undisturbed = wait(job)
    gate.clear()
    again = (second := start()).engine.job("ann", job.id)
    assert again.snapshot.status in ("queued", "running")
    assert done - 2 <= again.snapshot.done <= done < 60
    assert again.snapshot.results
    gate.set()
    assert wait(again).status == "finished"
    assert shown(again)["results"] == undisturbed.results
    assert again.snapshot.loss_history == undisturbed.loss_history
    assert again.snapshot.changes == undisturbed.changes
    second.keep()
    assert start().engine.job("ann", job.id).snapshot.results == undisturbed.results


def test_a_run_that_is_stopped_while_it_repeats_its_steps_keeps_its_picture(start, request_for, gate):
    job = cut_off(start(), request_for(steps=60), gate, after=5)
    second = start()
    again = second.engine.job("ann", job.id)
    kept = again.snapshot
    second.engine.stop(again)
    assert (again.snapshot.status, again.snapshot.error) == ("stopped", "")
    assert again.snapshot.results == kept.results != ()
    gate.set()


def test_while_steps_are_repeated_the_run_says_so_and_their_time_counts(start, request_for, gate, toy):
    job = cut_off(start(), request_for(steps=60), gate, after=50)
    speed = ThroughputEstimator(10**4, 1.0)
    again = start(lambda: Engine("cpu", lambda *_: toy, limits(), speed, refresh=0.0)).engine.job("ann", job.id)
    until(lambda: again.snapshot.repeated is not None)
    assert again.snapshot.done >= 48
    assert again.snapshot.repeated == 0
    assert again.snapshot.left == pytest.approx(again.cost.work() * speed.of(again.cost.picture))
    gate.set()
    assert wait(again).status == "finished"
    assert again.snapshot.repeated is None


def test_what_waited_and_what_was_paused_is_so_again_and_can_go_on(start, request_for, gate):
    first = start()
    paused = first.engine.submit("bob", request_for(steps=60))
    at_work(paused, 3)
    first.engine.pause(paused)
    wait(paused, "paused")
    gate.clear()
    waiting = first.engine.submit("ann", request_for(steps=4))
    first.keep()
    gate.set()
    first.engine.go_on(paused)
    undisturbed = wait(paused)
    second = start()
    assert wait(second.engine.job("ann", waiting.id)).status == "finished"
    again = second.engine.job("bob", paused.id)
    assert again.snapshot.status == "paused"
    second.engine.go_on(again)
    assert wait(again).results == undisturbed.results


def test_more_steps_of_a_result_begin_from_its_picture_after_the_start_and_say_so(start, request_for):
    first = start()
    job = first.engine.submit("ann", request_for(steps=4))
    wait(job)
    assert first.engine.extend(job, 2) is job  # the optimiser goes on
    assert (wait(job).done, job.snapshot.notices) == (6, ())
    (result,) = job.snapshot.results
    first.keep()
    second = start()
    again = second.engine.job("ann", job.id)
    more = second.engine.extend(again, 5)
    assert more is not again
    assert more.request.inputs.init.data == result
    assert (wait(more).status, more.snapshot.done, more.snapshot.notices) == ("finished", 5, (FROM_PICTURE,))
    assert again.snapshot.results == (result,)


def test_a_message_that_the_run_had_not_read_is_read_after_the_start(start, request_for, gate):
    first = start()
    gate.clear()
    job = first.engine.submit("ann", request_for(steps=8))
    first.engine.steer(job, Steering(lambdas=(0.9,), more_steps=2))
    first.keep()
    gate.set()
    again = start().engine.job("ann", job.id)
    assert wait(again).steps == 10
    assert [lambdas for _, lambdas in again.snapshot.changes] == [(0.9,)]


def test_what_the_end_of_the_server_has_stopped_goes_on(start, request_for, gate):
    first = start()
    job = first.engine.submit("ann", request_for(steps=60))
    at_work(job, 5)
    first.engine.end_all(SERVER_RETURNS)
    first.keep()
    assert job.snapshot.status == "stopped"
    again = start().engine.job("ann", job.id)
    assert wait(again).status == "finished"
    assert again.snapshot.notices == ()
    assert again.snapshot.done == 60


@pytest.mark.parametrize("paused", [False, True])
def test_a_run_that_can_t_go_on_rests_with_its_picture_and_says_why(start, request_for, gate, paused, monkeypatch):
    first = start()
    job = first.engine.submit("ann", request_for(steps=60))
    at_work(job, 5)
    if paused:
        first.engine.pause(job)
        wait(job, "paused")
    gate.clear()
    first.keep()
    gate.set()
    with monkeypatch.context() as patch:
        patch.setattr(recovery, "MOST_REPEATED", 0.0)
        _rests_because(TOO_FAR, start().engine.job("ann", job.id))
    with monkeypatch.context() as patch:
        patch.setattr(recovery, "current_versions", lambda: {"stylecore": "9.9"})
        _rests_because(OTHER_VERSION, start().engine.job("ann", job.id))


def _rests_because(sentence, job):
    assert job.snapshot.status == "stopped"
    assert job.snapshot.notices[-1] == sentence
    assert job.snapshot.results
    assert job.snapshot.done >= 5


def test_a_removed_result_is_gone_from_the_disk_at_once_and_comes_back_if_it_is_brought_back(start, request_for):
    first = start()
    job = first.engine.submit("ann", request_for())
    (result,) = wait(job).results
    first.keep()
    assert first.store.read(sha256(result)) == result
    first.engine.remove(job)
    first.keep()
    assert first.store.read(sha256(result)) is None
    first.engine.bring_back(job)
    first.keep()
    assert start().engine.job("ann", job.id).snapshot.results == (result,)


def test_what_is_forgotten_is_gone_from_the_disk(start, request_for):
    first = start()
    ann, bob = (first.engine.submit(owner, request_for(seed=len(owner))) for owner in ("ann", "bobby"))
    wait(ann), wait(bob)
    first.keep()
    first.engine.forget_all("ann")
    first.keep()
    assert first.store.owners() == ["bobby"]
    assert start().engine.jobs_of("ann") == []


def test_a_result_with_a_damaged_file_is_not_shown_and_the_others_are(start, request_for):
    first = start()
    jobs = [first.engine.submit(owner, request_for(seed=len(owner))) for owner in ("ann", "bobby")]
    for job in jobs:
        wait(job)
    first.keep()
    damaged = next((first.store.folder / "files").glob(f"*/{sha256(jobs[0].snapshot.results[0])}"))
    damaged.write_bytes(bytes(damaged.stat().st_size))
    second = start()
    assert [second.engine.jobs_of(owner) != [] for owner in ("ann", "bobby")] == [False, True]


def test_files_are_one_object_for_each_visitor_and_samples_one_for_all(start):
    first = start(fake_engine)
    inputs = pair(b"sample", b"own")
    jobs = [first.engine.submit(owner, Request(inputs=inputs, config=TransferConfig(steps=2))) for owner in ("a", "b")]
    for job in jobs:
        wait(job)
    first.keep()
    second = start(fake_engine)
    files = [[id(data) for data in second.engine.jobs_of(owner)[0].request.inputs.files()] for owner in ("a", "b")]
    assert files[0][0] == files[1][0]
    assert files[0][1] != files[1][1]


def test_a_run_at_work_is_written_now_and_then_and_at_once_when_it_is_steered(start, request_for, gate, monkeypatch):
    first = start()
    monkeypatch.setattr(first.keeper, "_clock", lambda: 0.0)
    puts = []
    monkeypatch.setattr(first.store, "put", lambda *record, **more: puts.append(record[3]) or True)
    job = first.engine.submit("ann", request_for(steps=10_000))
    for done in (3, 6, 9):
        at_work(job, done)
        first.keep()
    assert len(puts) == 1
    first.engine.steer(job, Steering(lambdas=(0.9,)))
    until(lambda: job.snapshot.changes)
    first.keep()
    assert len(puts) == 2
    monkeypatch.setattr(first.keeper, "_clock", lambda: job_keeper.CHECKPOINT_SECONDS)
    until(lambda: first.keep() or len(puts) > 2)
    first.engine.stop(job)
