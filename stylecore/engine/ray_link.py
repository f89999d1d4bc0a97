"""The way to a host on a machine of a Ray cluster: https://docs.ray.io. Optional, see requirements-ray.txt."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future
from typing import Any

import ray

from stylecore.engine.plain import Plain
from stylecore.engine.remote_runner import Channel
from stylecore.engine.runner import RunnerLost
from stylecore.errors import SettingError

CHANNELS = {"compute": 1, "control": 1}  # concurrency groups: Stop is not behind the step that is being computed


class Actor:
    """A host in a process that Ray has started somewhere."""

    def __init__(self, device: str, threads: int, refresh: float) -> None:
        """See `host.Host`."""
        from stylecore.engine.host import Host  # with torch, which this process does not need for it

        self._host = Host(device, threads, refresh)

    def do(self, method: str, arguments: tuple[Any, ...]) -> Plain:
        """See `host.Host.do`."""
        return self._host.do(method, arguments)

    def pid(self) -> int:
        """Of this process."""
        return os.getpid()


class RayLink:
    """See `remote_runner.Link`. The actor starts with the first call, and anew after it has died.

    Attributes:
        device: on which the actor computes, as it calls that itself.
    """

    def __init__(self, resources: dict[str, float], refresh: float) -> None:
        """Starts nothing yet.

        Args:
            resources: of each actor, as `num_cpus` and `num_gpus`.
            refresh: seconds of computing between two previews of a run.
        """
        self.device = "cuda" if resources.get("num_gpus") else "cpu"
        self._resources, self._refresh = resources, refresh
        self._lock = threading.Lock()
        self._actor: Any = None

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

    def call(self, channel: Channel, method: str, *arguments: Any) -> Future[Plain]:  # noqa: ANN401  # plain values
        """See `Link`."""
        answer: Future[Plain] = Future()
        with self._lock:
            if self._actor is None:
                self._actor = self._start()
            actor = self._actor
            asked = actor.do.options(concurrency_group=channel).remote(method, arguments).future()

        def settle(arrived: Future[Plain]) -> None:
            try:
                answer.set_result(arrived.result())
            except Exception as error:  # the actor's own errors are in its answer: see `Host.do`
                with self._lock:
                    if self._actor is actor:
                        self._actor = None
                lost = RunnerLost("the actor is gone")
                lost.__cause__ = error
                answer.set_exception(lost)

        asked.add_done_callback(settle)
        return answer

    def _start(self) -> Any:  # noqa: ANN401  # ray has no type for it
        threads = max(1, int(self._resources["num_cpus"])) if self.device == "cpu" else 0
        kind = ray.remote(max_restarts=0, concurrency_groups=CHANNELS, **self._resources)(Actor)
        return kind.remote(self.device, threads, self._refresh)


def make_ray_links(address: str, workers: int | None, refresh: float) -> list[RayLink]:
    """A link for each slot of a cluster: one for each GPU; where there is none, one for each machine.

    Args:
        address: of the cluster, as `ray.init` takes it: "auto" for the one that this machine belongs to, "local" for a
            new one that is this machine alone and ends with this process.
        workers: how many; None for the above.
        refresh: seconds of computing between two previews of a run.

    Raises:
        SettingError: if there is no such cluster.
    """
    try:
        ray.init(address=address, log_to_driver=False, ignore_reinit_error=True, configure_logging=False)
    except Exception as error:  # Ray has many, and none that covers all
        raise SettingError("There is no Ray cluster at {address!r:.80}: start one there.", address=address) from error
    resources = ray.cluster_resources()
    gpus, cpus = int(resources.get("GPU", 0)), int(resources.get("CPU", 1))
    if gpus:
        return [RayLink({"num_gpus": 1, "num_cpus": 1}, refresh) for _ in range(workers or gpus)]
    count = workers or sum(bool(node["Alive"]) for node in ray.nodes())
    each = cpus // count if cpus >= count else cpus / count  # Ray takes whole ones, or parts of one
    return [RayLink({"num_cpus": each}, refresh) for _ in range(count)]
