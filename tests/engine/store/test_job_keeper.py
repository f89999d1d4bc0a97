"""What a visitor sees at rest is on the disk by then, whatever the thread that keeps the store waits for."""

import shutil
import threading

import pytest

from stylecore.engine.engine import Engine
from stylecore.engine.runner import Pictures
from stylecore.engine.store import writer as writer_module
from stylecore.engine.store.job_keeper import JobKeeper
from stylecore.engine.store.recovery import FileReader, recover_jobs
from stylecore.engine.store.store import Store
from stylecore.engine.store.writer import Writer
from tests.support.engines import FakeRunner, at_work, limits, request, until, wait


class Held(FakeRunner):
    """Steps pass one by one while it is told to wait; pictures of somebody's run can be held, too."""

    def __init__(self):
        super().__init__()
        self.going, self.encoding = threading.Event(), threading.Event()
        self.going.set(), self.encoding.set()
        self.asked = threading.Event()

    def step(self, run, steering, *, is_frame):
        assert self.going.wait(20)
        return super().step(run, steering, is_frame=is_frame)

    def pictures(self, run, index, changes, weight_changes=()):
        if threading.current_thread().name == "stylecore-store":  # what a checkpoint asks for
            self.asked.set()
            assert self.encoding.wait(20)
        return super().pictures(run, index, changes, weight_changes)


class Served:
    """An engine with a store, put together as a server does."""

    def __init__(self, folder):
        self.runners = [Held(), Held()]
        self.engine = Engine("cpu", limits=limits(), runners=self.runners)
        self.writer = Writer(Store(folder, 10**7))
        self.keeper = JobKeeper(self.engine)
        self.writer.add(self.keeper)
        self.engine.before_rest(lambda *rest: self.writer.first(lambda store: self.keeper.keep_at_rest(store, *rest)))

    def end(self):
        for runner in self.runners:
            runner.going.set(), runner.encoding.set()
        self.writer.close()
        self.engine.close()


@pytest.fixture
def served(tmp_path):
    served = Served(tmp_path / "store")
    yield served
    served.end()


@pytest.fixture
def after_a_kill(served, tmp_path):
    """Gives the jobs that another server finds, were this one killed now."""

    def find():
        copy = shutil.copytree(served.writer.store.folder, tmp_path / f"copy-{threading.get_ident()}")
        store = Store(copy, 10**7)
        jobs = {job.id: job for job in recover_jobs(store, FileReader(store, []))}
        store.close()
        shutil.rmtree(copy)
        return jobs

    return find


def seen_at_rest(job):
    """The snapshot of a job as soon as anybody can see it at rest."""
    until(lambda: not job.active)
    return job.snapshot


@pytest.fixture
def stuck(served):
    """A run at work whose checkpoint never ends, so that the thread which keeps the store is stuck in it."""
    job = served.engine.submit("bob", request(10_000))
    at_work(job, 3)
    runner = served.runners[job.slot]
    runner.encoding.clear(), runner.asked.clear()
    served.keeper._written.pop(job.id, None)  # so that it is written anew at once
    assert runner.asked.wait(20)
    return job


@pytest.mark.parametrize("how", ["finished", "stopped", "paused"])
def test_a_result_is_on_the_disk_when_it_is_seen_though_another_s_checkpoint_does_not_end(
    served, after_a_kill, stuck, how
):
    job = served.engine.submit("ann", request(10_000 if how != "finished" else 3))
    if how != "finished":
        at_work(job, 3)
        served.engine.stop(job) if how == "stopped" else served.engine.pause(job)
    shown = seen_at_rest(job)
    again = after_a_kill()[job.id]
    assert (again.snapshot.status, again.snapshot.results) == (shown.status, shown.results) != (how, ())
    assert shown.status == how


def test_an_older_picture_of_a_run_does_not_take_the_place_of_its_result(served, stuck, monkeypatch):
    put, written = served.writer.store.put, []
    monkeypatch.setattr(
        served.writer.store, "put", lambda *record, **more: written.append(record[3]["status"]) or put(*record, **more)
    )
    served.engine.stop(stuck)  # while its checkpoint is being made
    served.runners[stuck.slot].encoding.set()
    served.writer.flush()
    assert written == ["stopped"]


def test_until_a_result_is_published_no_older_picture_is_written_over_it(served, after_a_kill):
    keep_at_rest, found = served.keeper.keep_at_rest, []

    def look_between(store, *rest):
        keep_at_rest(store, *rest)
        served.keeper.keep(store)  # it is on the disk, and nobody has been told yet
        found.append(after_a_kill()[rest[0].id].snapshot.status)

    served.keeper.keep_at_rest = look_between
    wait(served.engine.submit("ann", request(3)))
    assert found == ["finished"]


def test_what_was_forgotten_while_it_came_to_rest_is_not_written(served, after_a_kill):
    keep_at_rest = served.keeper.keep_at_rest

    def forgotten_before(store, job, snapshot, decision):
        served.engine.forget_all(job.owner)
        keep_at_rest(store, job, snapshot, decision)

    served.keeper.keep_at_rest = forgotten_before
    job = served.engine.submit("ann", request(3))
    until(lambda: job.id not in {other.id for other in served.engine.all_jobs()})
    served.writer.flush()
    assert after_a_kill() == {}


def test_a_disk_that_hangs_keeps_no_result_from_being_seen(served, monkeypatch):
    monkeypatch.setattr(writer_module, "FIRST_SECONDS", 0.05)
    going = threading.Event()
    monkeypatch.setattr("os.fsync", lambda _: going.wait(20))
    job = served.engine.submit("ann", request(3))
    assert wait(job).status == "finished"
    going.set()
    served.writer.flush()
    assert [record.name for record in served.writer.store.records("job")] == [job.id]


def test_a_result_that_has_no_room_is_told_and_takes_no_other_s_place(served, monkeypatch):
    small = served.engine.submit("ann", request(3))
    wait(small)
    monkeypatch.setattr(FakeRunner, "pictures", lambda *_: Pictures((b"x" * 10**7,), (b"jpeg",)))
    large = served.engine.submit("bob", request(3))
    assert wait(large).status == "finished"
    served.writer.flush()
    assert "larger than what may be kept" in served.writer.told
    monkeypatch.undo()
    later = served.engine.submit("cat", request(3))
    wait(later)
    kept = {record.name: record.body["status"] for record in served.writer.store.records("job")}
    assert kept.pop(large.id, "queued") != "finished"
    assert kept == {small.id: "finished", later.id: "finished"}
    served.engine.forget_all("bob")
    served.writer.flush()
    assert served.writer.keeps


def test_a_run_that_goes_on_after_its_rest_is_written_as_one_at_work(served, after_a_kill):
    job = served.engine.submit("ann", request(4))
    wait(job)
    served.runners[job.slot].going.clear()
    served.engine.extend(job, 10)
    served.writer.flush()
    again = after_a_kill()[job.id]
    assert (again.snapshot.status, again.snapshot.results) == ("queued", job.snapshot.results)
