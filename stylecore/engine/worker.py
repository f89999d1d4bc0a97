"""The thread that computes: one job at a time, one step after another, and short questions between two steps."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Generator

from stylecore.config import VggWeights
from stylecore.engine.cost import ThroughputEstimator, cost_of
from stylecore.engine.jobs import Job, with_frame
from stylecore.engine.limits import Limits, available_memory
from stylecore.engine.logs import log_event
from stylecore.engine.messages import KILLED, sentence, time_is_up
from stylecore.engine.previews import frame_due, previews
from stylecore.engine.queries import QueryQueue
from stylecore.engine.scheduler import Scheduler
from stylecore.errors import UserError
from stylecore.imaging.images import decode
from stylecore.transfer.devices import OutOfMemory, is_out_of_memory, release_memory
from stylecore.transfer.preparation import prepare, prepare_initial
from stylecore.transfer.records import Steering, Step
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import VGG16

WATCHDOG_SECONDS = 1.0  # seconds between two looks at whether the worker lives

_log = logging.getLogger(__name__)


class Worker:
    """Computes what the board says, and is replaced by another thread if it should ever die.

    Attributes:
        thread: that computes now.
        restarts: how often it had to be replaced.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        queries: QueryQueue,
        load: Callable[[VggWeights, str], VGG16],
        device: str,
        limits: Limits,
        throughput: ThroughputEstimator,
        refresh: float,
    ) -> None:
        """Starts the thread, and one that watches over it; see `engine.Engine` for the arguments."""
        self._scheduler, self._queries, self._load = scheduler, queries, load
        self._device, self._limits, self._throughput, self._refresh = device, limits, throughput, refresh
        self.restarts = 0
        self.thread = self._start()
        threading.Thread(target=self._watch, name="stylecore-watch", daemon=True).start()

    def revive(self) -> None:
        """Starts another thread where the last one has died, which no job should bring about.

        Its job fails, the picture kept, and the next one has its turn.
        """
        with self._scheduler.changed:
            if self.thread.is_alive():
                return
            self.restarts += 1
            log_event("worker_restarted", logging.ERROR, restarts=self.restarts)
            self._scheduler.cut_off(KILLED)
            self.thread = self._start()

    def _start(self) -> threading.Thread:
        thread = threading.Thread(target=self._work, name="stylecore-worker", daemon=True)
        thread.start()
        return thread

    def _watch(self) -> None:
        """Looks every second whether the worker lives, and at the clock, which takes note of sleep by that."""
        clock, slept = self._scheduler.clock, 0.0
        while True:
            time.sleep(WATCHDOG_SECONDS)
            clock()
            if clock.slept > slept:
                log_event("woke", seconds=round(clock.slept - slept))
                slept = clock.slept
            try:
                self.revive()
            except Exception:  # such as too few threads left: the next look may do better
                _log.exception("the worker could not be replaced")

    def _work(self) -> None:
        while True:
            self._scheduler.wait_for_work(self._queries.waiting)
            self._queries.advance()
            job = self._scheduler.take()
            if job is None:
                continue
            if self._scheduler.abandoned(job):
                self._scheduler.stop(job)
            self._run(job)
            gc.collect()  # once a job, here, instead of after every run of a page: see .streamlit/config.toml
            self._scheduler.put_down(job)

    def _run(self, job: Job) -> None:
        """Runs one job until it ends or is halted, whatever happens; the last picture is kept in every case."""
        error, short, decision = "", False, job.decision
        try:
            while self._advance(job):
                self._queries.advance()
                self._look_after(job)
        except Exception as problem:
            decision = job.decision
            error, short = sentence(problem), is_out_of_memory(problem)
            if isinstance(problem, UserError) and not short:
                self._scheduler.log("job_refused", job, reason=type(problem).__name__)
        if error:  # now that the exception is gone, and with it what its frames held
            job.run = None  # a generator that raised can't go on
        if short:
            self._scheduler.log("memory_ran_out", job, level=logging.WARNING)
            self._free_memory()
            if len(job.request.config.lambdas) > 1 and not job.halt:
                self._scheduler.split_batch(job)
                return
        if error and not job.halt:  # else its halt is being published
            self._scheduler.publish_end(job, "failed", job.step, decision, error=error, too_large=short)

    def _look_after(self, job: Job) -> None:
        """Stops a job that nobody waits for, or that has had its time."""
        if self._scheduler.abandoned(job):
            self._scheduler.stop(job)
        elif self._scheduler.time_is_up(job) and not (job.step and job.step.last):
            self._scheduler.tell(job, notices=(*job.snapshot.notices, time_is_up(self._limits.max_seconds)))
            self._scheduler.stop(job)

    def _free_memory(self) -> None:
        self._scheduler.release_ended()
        release_memory(self._device)

    # One job

    def _advance(self, job: Job) -> bool:
        """Computes and publishes one step. Returns whether there is another one to come now."""
        began = self._scheduler.clock()
        step = self._next_step(job)
        if step is None:
            return False
        seconds = job.snapshot.seconds + self._scheduler.clock() - began
        frame = frame_due(job, step)
        stale = frame is not None or step.last or seconds - job.drawn >= self._refresh
        shown = frame.pictures if frame else previews(step) if stale else job.snapshot.previews
        with self._scheduler.changed:
            if job.halt:  # what was published when it was halted stays as it is
                job.pending = step
                return False
            job.step, job.pending = step, None
            if stale:
                job.drawn = seconds
            frames = job.snapshot.frames
            if frame:
                frames, job.frame_every = with_frame(frames, frame, job.frame_every)
            notices = (*job.snapshot.notices, step.notice) if step.notice else job.snapshot.notices
            history = (*job.snapshot.loss_history, step.losses)
            self._scheduler.tell(
                job, seconds=seconds, loss_history=history, previews=shown, frames=frames, notices=notices
            )
            self._scheduler.tell(job, left=self._scheduler.left(job) or 0.0)
        return True

    def _next_step(self, job: Job) -> Step | None:
        """The next step of a job's run, or None when there is none to come now."""
        if job.halt:
            return None
        if job.run is None:
            job.run = self._begin(job)
            first = next(job.run)
            if job.step is None:
                return first
            if not self._catch_up(job, first):
                return None
        if job.pending is not None:
            return job.pending
        with self._scheduler.changed:
            if job.halt:
                return None
            message, decision = job.messages.popleft() if job.messages else None, job.decision
        if job.step is not None and job.step.last and (message is None or message.more_steps == 0):
            self._scheduler.publish_end(job, "finished", job.step, decision, resumable=True)
            return None
        began = self._scheduler.clock()
        try:
            step = job.run.send(message)
        except Exception:
            if message is not None:
                job.messages.appendleft(message)  # for a run that begins anew
            raise
        if message is not None and job.step is not None:
            changes = job.snapshot.changes  # for the curve and the recipe
            if message.lambdas is not None:
                changes = (*changes, (job.step.index, message.lambdas))
            self._scheduler.tell(job, changes=changes, steps=job.snapshot.steps + message.more_steps)
        self._learn(job, step, self._scheduler.clock() - began)
        return step

    def _catch_up(self, job: Job, step: Step) -> bool:
        """Repeats, unseen, the steps that had been published when a run had to begin anew: the very same ones.

        Returns:
            Whether it is there; else the job was halted on the way, and can only begin anew once more.
        """
        assert job.run is not None
        assert job.step is not None
        changes = dict(job.snapshot.changes)
        more = job.snapshot.steps - job.request.config.steps
        while step.index < job.step.index:
            self._look_after(job)
            if job.halt:
                job.run.close()
                job.run = None
                return False
            step = job.run.send(Steering(lambdas=changes.get(step.index), more_steps=more))
            more = 0
        job.step = step
        if more:  # asked for at the very step that the job is at
            self._scheduler.tell(job, steps=job.request.config.steps)
            job.messages.appendleft(Steering(more_steps=more))
        return True

    def _begin(self, job: Job) -> Generator[Step, Steering | None, None]:
        request = job.request
        content, style = (
            decode(request.inputs.content.data, "The content picture"),
            decode(request.inputs.style.data, "The style picture"),
        )
        job.cost = cost_of([content.size], [style.size], request.config, self._device)
        if self._device == "cpu" and job.cost.memory > available_memory():
            self._free_memory()
        free = available_memory()
        if self._device == "cpu" and job.cost.memory > free:
            raise OutOfMemory(
                f"This run needs about {job.cost.memory / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free on "
                "this server: choose a smaller size."
            )
        tensors = prepare(content, style, request.config)
        initial = None
        if request.inputs.init:
            start = decode(request.inputs.init.data, "The picture to start from")
            initial = prepare_initial(start, tensors[0])
        vgg = self._load(request.config.vgg_weights, self._device)
        return stylize(vgg, *tensors, request.config, initial)

    def _learn(self, job: Job, step: Step, seconds: float) -> None:
        """Takes a step into account in what is believed of this machine's throughput."""
        new_size = job.step is None or job.step.size != step.size  # such a step computes targets, too
        if job.cost is not None and not new_size and step.index > 1:
            pictures = len(step.lambdas)
            self._throughput.learn(job.cost.pixels(step.index) // pictures, seconds / pictures)
