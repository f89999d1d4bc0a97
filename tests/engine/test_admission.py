"""Nobody fills the queue: not with jobs of visitors who have left, nor with many visitors behind one address."""

import pytest

from stylecore.config import TransferConfig
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Request
from stylecore.engine.presence import Presence, place_of
from stylecore.engine.quotas import QueueFull
from stylecore.imaging.inputs import pair
from tests.support.engines import Clock, TimedRunner, limits, request


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def engine(clock):
    runner = TimedRunner(clock)
    engine = Engine(
        "cpu",
        limits=limits(max_waiting=20, max_per_address=15),
        runners=[runner],
        answerer=runner,
        clock=clock,
        abandoned_after=1e6,
    )
    engine.submit("first", request(10_000))
    runner.until = 3
    yield engine
    runner.until = 10**9
    for job in list(engine._registry.jobs.values()):
        engine.stop(job)
    engine.close()


def come(engine, name, address):
    engine.arrive(name, f"tab of {name}", address)
    return engine.submit(name, request(5))


def test_ghosts_give_their_places_to_newcomers_as_soon_as_they_have_left(engine):
    ghosts = [come(engine, f"ghost {i}", f"10.0.0.{i}") for i in range(20)]
    with pytest.raises(QueueFull, match=r"^20 visitors are waiting already: try again in a few minutes\.$"):
        come(engine, "newcomer", "10.0.1.1")
    engine.end_connections(lambda connection: "ghost" not in connection)
    come(engine, "newcomer", "10.0.1.1")
    come(engine, "another", "10.0.1.2")
    stopped = [ghost for ghost in ghosts if ghost.ended]
    assert len(stopped) == 2
    assert "You were away while others waited" in stopped[0].snapshot.notices[0]


def test_who_has_only_reloaded_keeps_the_place(engine, clock):
    mine = come(engine, "ann", "10.0.0.1")
    for i in range(19):
        come(engine, f"visitor {i}", f"10.0.2.{i}")
    engine.end_connections(lambda connection: connection != "tab of ann")
    engine.arrive("ann", "another tab of ann", "10.0.0.1")
    clock.seconds += 3  # as long as the closed tab may still send a heartbeat
    engine.heartbeat(mine)
    with pytest.raises(QueueFull):
        come(engine, "newcomer", "10.0.1.1")
    assert mine.active


def test_many_visitors_behind_one_address_leave_room_for_others(engine):
    for i in range(15):
        come(engine, f"ghost {i}", "10.0.0.1")
    with pytest.raises(QueueFull, match="15 visitors are waiting behind your address"):
        come(engine, "ghost 15", "10.0.0.1")
    assert come(engine, "newcomer", "10.0.0.2").active
    assert come(engine, "unknown", "").active


def test_many_runs_of_one_visitor_take_nobody_s_place(engine):
    engine.submit_all("ann", [request(5)] * 16)
    for i in range(19):
        come(engine, f"visitor {i}", f"10.0.2.{i}")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_a_household_is_one_place(address, place):
    assert place_of(address) == place


def test_a_visitor_has_left_when_the_last_tab_is_closed():
    presence = Presence()
    presence.arrive("ann", "one")
    presence.arrive("ann", "two")
    presence.arrive("bob", "three")
    assert presence.end_closed(lambda connection: connection != "one") == []
    assert presence.end_closed(lambda connection: connection == "three") == ["ann"]
    assert presence.end_closed(lambda _: True) == []
    assert presence.knows("ann")
    assert not presence.knows("cyd")


def test_the_run_of_who_closes_one_of_two_tabs_goes_on(engine, clock):
    mine = come(engine, "ann", "10.0.0.1")
    engine.arrive("ann", "second tab", "10.0.0.1")
    engine.end_connections(lambda connection: connection != "second tab")
    assert not mine.departed
    engine.end_connections(lambda connection: False)
    assert mine.departed


def with_files(size, letter):
    return Request(inputs=pair(letter * size, b"style"), config=TransferConfig(steps=5))


def test_uploads_of_others_leave_everybody_a_fair_share(clock):
    runner = TimedRunner(clock)
    engine = Engine("cpu", limits=limits(uploads_mb=1), runners=[runner], answerer=runner, clock=clock)
    engine.submit("ann", with_files(1_900_000, b"a"))  # alone, anybody may have everything, and more
    runner.until = 2
    assert engine.submit("bob", with_files(400_000, b"b")).active
    assert engine.submit("cyd", with_files(300_000, b"c")).active
    with pytest.raises(QueueFull, match=r"^Your pictures have 1 MB, and others' runs leave no room"):
        engine.submit("dan", with_files(600_000, b"d"))
    assert engine.submit("dan", with_files(200_000, b"d")).active
    runner.until = 10**9
    for owner in ("ann", "bob", "cyd", "dan"):
        for job in engine.jobs_of(owner):
            engine.stop(job)
    engine.close()
