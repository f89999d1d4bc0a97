"""The way to a host on a machine of a Ray cluster: https://docs.ray.io. Optional, see requirements-ray.txt."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

import ray

from stylecore.engine.machine import share_of_cores
from stylecore.engine.remote_runner import Channel
from stylecore.engine.runner import RunnerAbsent, RunnerLost
from stylecore.errors import SettingError

CHANNELS = {"compute": 1, "control": 1}  # concurrency groups: Stop is not behind the step that is being computed
START_SECONDS = 120.0  # within which an actor must be there: it has to find a place, and to import torch


class Hosted(Protocol):
    """What an actor has: a `host.Host`, or another that is asked for methods by name."""

    def do(self, method: str, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401  # what the method gives
        """Calls a method."""


MakeHost = Callable[[str, int], Hosted]  # of a device and a number of threads; called in the actor


def engine_host(device: str, threads: int, *, refresh: float) -> Hosted:
    """See `host.Host`."""
    from stylecore.engine.host import Host  # with torch, which this process does not need for it

    return Host(device, threads, refresh)


class Actor:
    """A host in a process that Ray has started somewhere."""

    def __init__(self, make: MakeHost, device: str, threads: int) -> None:
        """Makes its host."""
        self._host = make(device, threads)

    def do(self, method: str, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401  # what the host answers
        """See `Hosted.do`."""
        return self._host.do(method, arguments)

    def pid(self) -> int:
        """Of this process."""
        return os.getpid()


class RayLink:
    """See `remote_runner.Link`. The actor starts with the first call, and anew after it has died.

    Attributes:
        device: on which the actor computes, as it calls that itself.
        sharing: how many such actors compute on one machine.
    """

    def __init__(self, resources: dict[str, float], make: MakeHost, sharing: int = 1) -> None:
        """Starts nothing yet.

        Args:
            resources: of each actor, as `num_cpus` and `num_gpus`.
            make: gives the actor's host.
            sharing: how many such actors compute on one machine.
        """
        self.device = "cuda" if resources.get("num_gpus") else "cpu"
        self.sharing = sharing
        self._resources, self._make = resources, make
        self._lock = threading.Lock()
        self._actor: Any = None
        self._absent: list[Any] = []  # actors that did not come in time

    @property
    def pid(self) -> int | None:
        """Of the actor's process; None if there is none."""
        with self._lock:
            actor = self._actor
        return None if actor is None else int(ray.get(actor.pid.options(concurrency_group="control").remote()))

    def close(self) -> None:
        """See `Link`."""
        with self._lock:
            if self._actor is not None and ray.is_initialized():
                ray.kill(self._actor)
            self._actor = None

    def call(self, channel: Channel, method: str, *arguments: Any) -> Future[Any]:  # noqa: ANN401  # plain values
        """See `Link`; where no actor comes within `START_SECONDS`, the answer fails with `RunnerAbsent`."""
        answer: Future[Any] = Future()
        with self._lock:
            if self._actor is None:
                self._actor = self._start()
            actor = self._actor
            asked = actor.do.options(concurrency_group=channel).remote(method, arguments).future()

        def settle(arrived: Future[Any]) -> None:
            try:
                answer.set_result(arrived.result())
            except Exception as error:  # the actor's own errors are in its answer: see `Host.do`
                with self._lock:
                    if self._actor is actor:
                        self._actor = None
                    absent = actor in self._absent
                lost = RunnerAbsent("no actor has come") if absent else RunnerLost("the actor is gone")
                lost.__cause__ = error
                answer.set_exception(lost)

        asked.add_done_callback(settle)
        return answer

    def _start(self) -> Any:  # noqa: ANN401  # ray has no type for it
        threads = max(1, int(self._resources["num_cpus"])) if self.device == "cpu" else 0
        kind = ray.remote(max_restarts=0, concurrency_groups=CHANNELS, **self._resources)(Actor)
        actor = kind.remote(self._make, self.device, threads)
        patience = threading.Timer(START_SECONDS, self._give_up, (actor,))
        patience.daemon = True
        patience.start()
        here = actor.pid.options(concurrency_group="control").remote().future()
        here.add_done_callback(lambda _: patience.cancel())
        return actor

    def _give_up(self, actor: Any) -> None:  # noqa: ANN401
        """Ends an actor for which the cluster has no place, and with it all calls that wait for it."""
        with self._lock:
            self._absent = [actor]
        if ray.is_initialized():
            ray.kill(actor)


def make_ray_links(address: str, workers: int | None, make: MakeHost) -> list[RayLink]:
    """A link for each slot of a cluster: one for each GPU; where there is none, one for each machine.

    Args:
        address: of the cluster, as `ray.init` takes it: "auto" for the one that this machine belongs to, "local" for a
            new one that is this machine alone and ends with this process.
        workers: how many; None for the above.
        make: gives the host of each actor.

    Raises:
        SettingError: if there is no such cluster.
    """
    try:
        ray.init(address=address, log_to_driver=False, ignore_reinit_error=True, configure_logging=False)
    except Exception as error:  # Ray has many, and none that covers all
        raise SettingError("There is no Ray cluster at {address!r:.80}: start one there.", address=address) from error
    machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    gpus = _whole(machines, "GPU")
    if sum(gpus):
        count = workers or sum(gpus)
        each = {"num_gpus": min(1, sum(gpus) / count), "num_cpus": min(1, sum(_whole(machines, "CPU")) / count)}
        return [RayLink(each, make, math.ceil(count / sum(gpus))) for _ in range(count)]
    count = workers or len(machines)
    share = share_of_cores(_whole(machines, "CPU"), count)
    return [RayLink({"num_cpus": share}, make, math.ceil(count / len(machines))) for _ in range(count)]


def _whole(machines: Sequence[dict[str, float]], resource: str) -> list[int]:
    return [int(machine.get(resource, 0)) for machine in machines]
