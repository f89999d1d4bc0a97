"""Where a server computes, as its machine has it and its operator says."""

import sys

import pytest

from stylecore.engine import workplaces
from stylecore.engine.remote_runner import RemoteRunner
from stylecore.engine.thread_runner import ThreadRunner
from stylecore.errors import SettingError
from stylecore.transfer import devices


def runners(device="cpu", **environment):
    return workplaces.make_runners(device, lambda *_: None, environment)


def test_by_default_this_process_computes():
    (runner,) = runners()
    assert (type(runner), runner.device) == (ThreadRunner, "cpu")


def test_each_graphics_card_has_a_runner(monkeypatch):
    monkeypatch.setattr(devices.torch.cuda, "device_count", lambda: 3)
    assert [runner.device for runner in runners("cuda")] == ["cuda:0", "cuda:1", "cuda:2"]
    assert [runner.device for runner in runners("cuda", STYLECORE_WORKERS="4")][-2:] == ["cuda:2", "cuda:0"]
    monkeypatch.setattr(devices.torch.cuda, "device_count", lambda: 1)
    assert [runner.device for runner in runners("cuda")] == ["cuda"]


def test_processes_share_the_processor(monkeypatch):
    monkeypatch.setattr(workplaces, "cores", lambda: 8)
    found = runners(STYLECORE_WORKERS="3")
    assert [type(runner) for runner in found] == [RemoteRunner] * 3
    assert {runner._link._settings["threads"] for runner in found} == {2}
    assert {runner._link.pid for runner in found} == {None}  # none is started before it is needed


@pytest.mark.parametrize("workers", ["0", "65", "-1", "many", "1.5"])
def test_a_number_of_workers_that_is_none_is_told(workers):
    with pytest.raises(SettingError, match="STYLECORE_WORKERS must be a whole number from 1 to 64"):
        runners(STYLECORE_WORKERS=workers)


def test_without_ray_an_operator_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "stylecore.engine.ray_link", raising=False)
    with pytest.raises(SettingError, match="pip install -r requirements-ray"):
        runners(STYLECORE_RAY="auto")
