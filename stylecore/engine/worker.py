"""The threads that let runners compute: slices of runs in turn, step by step, and short queries between two steps."""

from __future__ import annotations

import atexit
import gc
import logging
import threading
import time
import weakref
from collections.abc import Sequence

from stylecore.engine.endings import Endings
from stylecore.engine.jobs import Job, Update
from stylecore.engine.limits import free_memory
from stylecore.engine.logs import log_event
from stylecore.engine.messages import KILLED, message_for, time_is_up
from stylecore.engine.progress import Progress, task_of
from stylecore.engine.queries import QueryQueue
from stylecore.engine.runner import Runner, RunnerAbsent, RunnerLost
from stylecore.engine.scheduler import Scheduler
from stylecore.engine.throughput import ThroughputEstimator
from stylecore.errors import UserError
from stylecore.transfer.devices import is_out_of_memory

MOST_LOST = 2  # times that a run begins anew after it went down with its runner
ABSENT_AFTER = 2  # times that a runner goes down without a step between: then its work goes to others
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 1.0, 60.0
WATCHDOG_SECONDS = 1.0  # between two looks at whether the worker lives
CLOSING_SECONDS = 10.0  # for which the end of the process waits for the step that is being computed

_log = logging.getLogger(__name__)
_workers: weakref.WeakSet[Worker] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """A thread inside torch when the interpreter ends would abort the process: the workers end first."""
    close_all(list(_workers), CLOSING_SECONDS)


class Worker:
    """Does what the scheduler says, and is replaced by another thread if it should ever die.

    Attributes:
        thread: that works now.
        restarts: how often it had to be replaced.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        slot: int,
        runner: Runner,
        endings: Endings,
        queries: QueryQueue | None,
        throughput: ThroughputEstimator,
    ) -> None:
        """Starts the thread, and one that watches over it.

        Args:
            scheduler: says what is to be done.
            slot: in which it works.
            runner: of that slot.
            endings: publishes how jobs come to rest.
            queries: that are answered between two steps; None if that is done elsewhere.
            throughput: learns from every step.
        """
        self._scheduler, self._slot, self._runner = scheduler, slot, runner
        self._endings, self._queries = endings, queries
        self._registry, self._throughput, self._device = scheduler.registry, throughput, runner.device
        self._progress = Progress(self._registry, scheduler.left)
        self._rest_seconds = 0.0  # after the runner has gone down once more without a step between
        self._losses = 0  # times that it has, in a row
        self.restarts = 0
        self._closing = threading.Event()
        self.thread = self._start()
        threading.Thread(target=self._watch, name="stylecore-watch", daemon=True).start()
        _workers.add(self)

    def revive(self) -> None:
        """Starts another thread where the last one has died, which no job should bring about.

        Its job fails with its picture kept, and the next one has its turn.
        """
        with self._scheduler.changed:
            if self.thread.is_alive() or self._closing.is_set():
                return
            self.restarts += 1
            log_event("worker_restarted", logging.ERROR, restarts=self.restarts)
            lost = self._scheduler.cut_off(self._slot)
            self.thread = self._start()
        for job, decision in lost:
            self._endings.publish(job, "failed", decision, error=KILLED)

    def end(self) -> None:
        """Lets the threads end after the step that is being computed; nothing is computed any more."""
        self._closing.set()
        with self._scheduler.changed:
            self._scheduler.changed.notify_all()

    def join(self, seconds: float) -> bool:
        """Waits for the worker's end. Returns whether it has ended, or is the one that asks."""
        if self.thread is not threading.current_thread():
            self.thread.join(max(0.0, seconds))
        return self.thread is threading.current_thread() or not self.thread.is_alive()

    def _start(self) -> threading.Thread:
        thread = threading.Thread(target=self._work, name=f"stylecore-worker-{self._slot}", daemon=True)
        thread.start()
        return thread

    def _watch(self) -> None:
        """Checks every second whether the worker lives, and ends what nobody waits for any more.

        The clock is read by that, so that it notices if we slept.
        """
        clock, slept = self._registry.clock, 0.0
        while not self._closing.wait(WATCHDOG_SECONDS):
            clock()
            if clock.slept > slept:
                log_event("woke", seconds=round(clock.slept - slept))
                slept = clock.slept
            try:
                self.revive()
                for job in self._scheduler.abandoned_jobs():
                    self._endings.halt(job, "stopped")
            except Exception:  # such as too few threads left: the next second may do better
                _log.exception("the watch over the worker failed")

    def _work(self) -> None:
        while not self._closing.is_set():
            if self._slot in self._scheduler.absent:
                self._call_runner()
                continue
            self._scheduler.wait_for_work(self._slot, self._has_other_work)
            if self._closing.is_set():
                return
            self._answer()
            job = self._scheduler.take(self._slot)
            if job is None:
                continue
            if self._scheduler.abandoned(job):
                self._endings.halt(job, "stopped")
            self._run(job)
            if not job.active:
                gc.collect()  # once a job, here, instead of after every run of a page: see .streamlit/config.toml
            self._scheduler.put_down(job)
            del job  # while it waits for the next one, nothing of this one is held here

    def _has_other_work(self) -> bool:
        return self._closing.is_set() or (self._queries is not None and self._queries.waiting())

    def _answer(self) -> None:
        """Works for one pass on a short query, if it is the turn of whoever has asked; that pays for it."""
        if self._queries is None:
            return
        asker = self._queries.next_asker(self._scheduler.turns.place)
        if asker is None or not self._scheduler.goes_before(asker, self._slot):
            return
        began = self._registry.clock()
        paid_by = self._queries.advance(asker)
        self._scheduler.charge(paid_by, self._registry.clock() - began)

    def _run(self, job: Job) -> None:
        """Lets one job have its turn, whatever happens; its newest picture is kept in every case."""
        error, short, decision = "", False, job.decision
        try:
            while self._advance(job):
                self._look_after(job)
                if self._scheduler.gives_way(job):
                    break
                self._answer()
        except RunnerLost as lost:
            decision = job.decision
            self._runner_lost(job, absent=isinstance(lost, RunnerAbsent))
            error = KILLED if job.lost > MOST_LOST else ""  # else it begins anew with its next turn
        except Exception as problem:
            decision = job.decision
            error, short = message_for(problem), is_out_of_memory(problem)
            if isinstance(problem, UserError) and not short:
                self._registry.log("job_refused", job, reason=type(problem).__name__)
        if not error:
            return
        self._registry.lose_run(job)
        if short:  # now that the exception is gone, and with it what its frames held
            self._registry.log("memory_ran_out", job, level=logging.WARNING)
            self._free_memory()
            if len(job.request.config.lambdas) > 1 and not job.halt:
                self._scheduler.split_batch(job, self._runner.split)
                return
        if not job.halt:  # else its halt is being published
            self._endings.publish(job, "failed", decision, error=error, too_large=short)

    def _runner_lost(self, job: Job, *, absent: bool) -> None:
        """Lets the jobs of a runner begin anew: there, or elsewhere if it does not come or went down before a step."""
        self._losses += 1
        self._registry.log("runner_lost", job, level=logging.WARNING)
        if absent or self._losses >= ABSENT_AFTER:
            log_event("runner_absent", logging.ERROR, slot=self._slot)
            self._scheduler.runner_absent(self._slot)
        else:
            self._scheduler.runner_lost(self._slot)
            self._rest()

    def _call_runner(self) -> None:
        """Tries whether a runner that was absent is there again, ever more rarely; meanwhile others do its work."""
        self._rest()
        if self._closing.is_set():
            return
        try:
            self._runner.awake()
        except RunnerLost:
            return
        log_event("runner_present", slot=self._slot)
        self._losses = ABSENT_AFTER - 1  # once more, and it is absent again, until it has made a step
        self._scheduler.runner_present(self._slot)

    def _rest(self) -> None:
        self._closing.wait(self._rest_seconds)
        self._rest_seconds = min(2 * self._rest_seconds + FIRST_REST_SECONDS, LONGEST_REST_SECONDS)

    def _look_after(self, job: Job) -> None:
        """Stops a job that nobody waits for, or that has had its time."""
        if self._scheduler.abandoned(job):
            self._endings.halt(job, "stopped")
        elif self._scheduler.time_is_up(job) and not job.snapshot.at_end:
            notice = time_is_up(self._registry.limits.max_seconds)
            self._registry.tell(job, notices=(*job.snapshot.notices, notice))
            self._endings.halt(job, "stopped")

    def _free_memory(self) -> None:
        self._registry.release_ended()
        self._runner.trim()

    def _advance(self, job: Job) -> bool:
        """Computes and publishes one step. Returns whether there is another one to come now."""
        if job.halt or self._closing.is_set():
            return False
        began = self._registry.clock()
        if job.pending is not None:
            return self._progress.publish(job, job.pending, 0.0)
        try:
            if not job.begun:
                self._begin(job)
            update = self._next_update(job)
        finally:
            seconds = self._registry.clock() - began
            self._scheduler.charge(job.owner, seconds)
        if update is None:
            return False
        return self._progress.publish(job, update, seconds)

    def _begin(self, job: Job) -> None:
        if job.cost is not None and job.cost.memory > free_memory(self._device):
            self._free_memory()
        self._runner.begin(job.id, task_of(job))
        self._progress.begun(job)

    def _next_update(self, job: Job) -> Update | None:
        """The next step of a job, or None if it is at its end."""
        frame_due = self._progress.frame_due(job)
        if not job.caught_up:  # its first step, or one that it repeats
            return self._runner.step(job.id, None, is_frame=frame_due)
        steering, decision = self._progress.take_steering(job)
        if job.snapshot.at_end and (steering is None or steering.more_steps == 0):
            self._endings.publish(job, "finished", decision, resumable=True)
            return None
        try:
            update = self._runner.step(job.id, steering, is_frame=frame_due)
        except Exception:
            self._progress.return_steering(job, steering)  # for a run that begins anew
            raise
        self._losses, self._rest_seconds = 0, 0.0
        if steering is not None:
            self._progress.steered(job, steering)
        self._learn(job, update)
        return update

    def _learn(self, job: Job, update: Update) -> None:
        """Takes a step into account in what is known of this machine's speed."""
        new_size = job.size != update.size  # such a step computes targets as well
        index = update.losses.index
        if job.cost is not None and not new_size and index > 1:
            pictures = len(update.losses.lambdas)
            self._throughput.learn(job.cost.pixels(index) // pictures, update.seconds / pictures)


def close_all(workers: Sequence[Worker], seconds: float) -> bool:
    """Ends workers after the steps that are being computed.

    Args:
        workers: of an engine, or of all.
        seconds: for which this waits for all together.

    Returns:
        Whether all have ended.
    """
    for worker in workers:
        worker.end()
    deadline = time.monotonic() + seconds
    ended = [worker.join(deadline - time.monotonic()) for worker in workers]
    return all(ended)
