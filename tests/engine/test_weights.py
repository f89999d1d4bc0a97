"""Weights that have to be downloaded: off by default, and nobody waits for them but who has asked."""

import dataclasses
import threading

import pytest

from stylecore.config import TransferConfig
from stylecore.engine import weights
from stylecore.engine.engine import Engine
from stylecore.engine.queries import QueryFailed
from stylecore.engine.quotas import RequestRefused
from stylecore.engine.weights import OtherWeights
from stylecore.transfer.vgg import WeightsError
from tests.support.engines import FakeRunner, limits, request, until, wait

OTHER = "IMAGENET1K_V1"


@dataclasses.dataclass(frozen=True)
class Asked:
    config: TransferConfig


def other(steps=3):
    asked = request(steps)
    return dataclasses.replace(asked, config=dataclasses.replace(asked.config, vgg_weights=OTHER))


def accepted(weights):
    """Whether the weights are there; a failure on the way is passed on."""
    try:
        weights.check(OTHER)
    except RequestRefused as refusal:
        if "being downloaded" not in str(refusal):
            raise
        return False
    return True


def test_a_server_downloads_nothing_unless_its_operator_allows_it():
    engine = Engine("cpu", lambda *_: pytest.fail("a download"), limits(), runners=[FakeRunner()])
    with pytest.raises(RequestRefused, match="STYLECORE_DOWNLOADS=1"):
        engine.submit("ann", other())
    with pytest.raises(QueryFailed, match="STYLECORE_DOWNLOADS=1"):
        engine.ask("ann", Asked(other().config)).result(1)
    engine.close()


def test_a_download_that_hangs_holds_nobody_else():
    hangs, loads = threading.Event(), []

    def load(name, device):
        loads.append((name, device))
        hangs.wait(10)

    engine = Engine("cpu", load, limits(downloads=1), runners=[FakeRunner()])
    for _ in range(3):
        with pytest.raises(RequestRefused, match="being downloaded"):
            engine.submit("ann", other())
    assert wait(engine.submit("bob", request(3))).status == "finished"
    hangs.set()
    until(lambda: accepted(engine._weights))
    assert wait(engine.submit("ann", other())).status == "finished"
    assert loads == [(OTHER, "cpu")]
    engine.close()


def test_a_download_that_fails_says_why_once_and_is_tried_again():
    tries = []

    def load(name):
        tries.append(name)
        if len(tries) == 1:
            raise WeightsError("The weights could not be had.")

    asked = OtherWeights(load, allowed=True)
    with pytest.raises(RequestRefused, match="could not be had"):
        until(lambda: accepted(asked))
    until(lambda: accepted(asked))
    assert tries == [OTHER] * 2


def test_a_download_has_its_time(monkeypatch):
    monkeypatch.setattr(weights, "SECONDS", -1.0)
    never = threading.Event()
    asked = OtherWeights(lambda _: never.wait(10), allowed=True)
    assert not accepted(asked)
    with pytest.raises(RequestRefused, match="did not arrive within ten minutes"):
        asked.check(OTHER)
    never.set()
