"""What an operator reads: one line of JSON for each event, and nothing of any visitor."""

import dataclasses
import io
import json
import logging
import time

import pytest

from stylecore.engine.engine import Engine
from stylecore.engine.health import health_line, read_health, watch_health
from stylecore.engine.logs import JsonLines, log_event, pseudonym, set_up_logs
from stylecore.imaging.inputs import pair
from tests.support.engines import limits, wait

OWNER = "Zz9-the-secret-name-of-a-visitor-in-her-cookie"
NAMES = ("grandmother in Lisbon.jpg", "my tattoo.png")


@pytest.fixture
def lines():
    """What is logged, as parsed lines."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("stylecore")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)

    def read():
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    yield read
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.fixture
def engine(toy):
    return Engine("cpu", lambda *_: toy, limits=limits(), refresh=0.0)


def mine(found):
    return [line for line in found if line.get("owner") == pseudonym(OWNER)]


def test_the_life_of_a_run(engine, request_for, lines):
    job = engine.submit(OWNER, request_for(lambdas=(0.2, 0.7)))
    wait(job)
    deadline = time.monotonic() + 5
    while len(mine(lines())) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    found = mine(lines())
    assert [line["event"] for line in found] == ["job_submitted", "job_started", "job_ended"]
    end = found[-1]
    assert (end["job"], end["status"], end["size"], end["lambdas"], end["steps"], end["done"]) == (
        job.id,
        "finished",
        24,
        2,
        5,
        5,
    )
    assert end["seconds"] >= 0
    assert end["waiting"] == 0
    assert end["time"].endswith("+00:00")


def test_nothing_of_a_visitor_is_in_it(engine, request_for, lines, toy, monkeypatch):
    plain = request_for()
    inputs = pair(plain.inputs.content.data, plain.inputs.style.data, names=NAMES)
    request = dataclasses.replace(plain, inputs=inputs)
    wait(engine.submit(OWNER, request))
    bad = dataclasses.replace(request, inputs=pair(b"this is " + NAMES[0].encode(), plain.inputs.style.data))
    assert wait(engine.submit(OWNER, bad)).status == "failed"

    def breaks(*_arguments, **_named):
        raise RuntimeError(f"{OWNER} {NAMES[0]}")

    monkeypatch.setattr(toy, "forward", breaks)
    assert wait(engine.submit(OWNER, request)).status == "failed"
    monkeypatch.setattr(toy, "forward", lambda *_a, **_k: (_ for _ in ()).throw(MemoryError(OWNER)))
    assert wait(engine.submit(OWNER, request)).status == "failed"
    watch_health(engine)
    deadline = time.monotonic() + 5
    while "health" not in [line["event"] for line in lines()] and time.monotonic() < deadline:
        time.sleep(0.01)
    text = json.dumps(lines(), ensure_ascii=False)
    for secret in (OWNER, *NAMES, "grandmother", "tattoo", "Lisbon"):
        assert secret not in text
    assert {"job_refused", "log", "memory_ran_out", "health"} <= {line["event"] for line in lines()}
    (trouble,) = [line for line in lines() if "exception" in line]
    assert trouble["exception"] == "RuntimeError"
    assert trouble["at"].startswith("breaks:")
    for line in lines():  # no bytes of a picture, however encoded
        assert all(len(str(value)) < 600 for value in line.values())


def test_a_pseudonym_tells_visitors_apart_and_no_more():
    assert pseudonym("ann") == pseudonym("ann") != pseudonym("bob")
    assert len(pseudonym(OWNER)) == 8


def test_logs_are_set_up_once(monkeypatch, capsys):
    logger = logging.getLogger("stylecore")
    monkeypatch.setattr(logger, "handlers", [])
    monkeypatch.setattr(logger, "propagate", True)
    level = logger.level
    set_up_logs()
    set_up_logs()
    log_event("something", count=3)
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "something"
    assert json.loads(line)["count"] == 3
    logger.setLevel(level)


def test_health(engine, request_for):
    wait(engine.submit(OWNER, request_for()))
    health = read_health(engine)
    assert health.resident_mb > 100
    assert health.threads >= 3
    assert health.files >= 3
    assert (health.waiting, health.jobs, health.restarts) == (0, 1, 0)
    assert 0 <= health.kept_mb < 1
    assert engine.tally().bytes > 100
    assert "1 result kept" in health_line(health)
    assert "MB of memory; up for 0 min" in health_line(health)
