"""Actors of Ray that don't come: long tests, since Ray is optional and takes its time."""

from functools import partial

import pytest

from stylecore.engine.runner import RunnerAbsent, RunnerLost
from stylecore.engine.workplaces import RAY, ray_links

PATIENCE = 90  # seconds; a busy machine is no failure

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def ray_link():
    ray = pytest.importorskip("ray", reason="Ray is optional")
    module = ray_links(RAY)
    module.make_ray_links("local", 1, Echo)
    yield module
    ray.shutdown()


class Echo:
    """A host that says what it is asked."""

    def __init__(self, device, threads):
        self.device, self.threads = device, threads

    def do(self, method, arguments):
        return [method, *arguments, self.device, self.threads]


def test_an_actor_for_which_there_is_no_place_is_given_up_and_one_that_comes_is_not(ray_link, monkeypatch):
    monkeypatch.setattr(ray_link, "START_SECONDS", 1.0)
    link = ray_link.RayLink({"num_cpus": 1000}, Echo)
    with pytest.raises(RunnerAbsent):
        link.call("control", "hello").result(PATIENCE)
    with pytest.raises(RunnerAbsent):  # it is tried anew each time
        link.call("compute", "hello").result(PATIENCE)
    monkeypatch.setattr(ray_link, "START_SECONDS", PATIENCE)
    there = ray_link.RayLink({"num_cpus": 1}, Echo)
    assert there.call("compute", "hello", 1).result(PATIENCE) == ["hello", 1, "cpu", 1]
    there.close()
    link.close()


def test_an_actor_that_can_t_make_its_host_is_lost_at_once(ray_link):
    link = ray_link.RayLink({"num_cpus": 1}, partial(int, "no number"))
    with pytest.raises(RunnerLost):
        link.call("control", "hello").result(PATIENCE)
    link.close()
