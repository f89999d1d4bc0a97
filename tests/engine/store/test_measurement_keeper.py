"""A run that goes on after a start computes in the precision that was measured before it."""

import pytest

from stylecore.engine.store import measurement_keeper
from stylecore.engine.store.measurement_keeper import MeasurementKeeper, restore_measurements
from stylecore.engine.store.store import Store
from stylecore.transfer import precision
from stylecore.transfer.precision import Measurement, measurements


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store", 10**6)
    yield store
    store.close()


@pytest.fixture(autouse=True)
def measured(monkeypatch):
    """What is measured in this process."""
    found = {}
    monkeypatch.setattr(precision, "_measured", found)
    return found


def test_what_was_measured_on_this_machine_counts_after_a_start(store, measured):
    keeper = MeasurementKeeper("cpu")
    keeper.keep(store)
    assert store.written() == 0
    measured["cpu", 1] = Measurement(1.5, 0.999)
    keeper.keep(store), keeper.keep(store)
    assert store.written() == 1
    measured.clear()
    restore_measurements(store, "cpu")
    assert measurements() == {("cpu", 1): Measurement(1.5, 0.999)}


@pytest.mark.parametrize("changed", ["current_versions", "describe_device"])
def test_on_another_machine_or_with_other_versions_it_is_measured_anew(store, measured, changed, monkeypatch):
    keeper = MeasurementKeeper("cpu")
    measured["cpu", 1] = Measurement(1.5, 0.999)
    keeper.keep(store)
    measured.clear()
    monkeypatch.setattr(measurement_keeper, changed, lambda *_: "another")
    restore_measurements(store, "cpu")
    assert measurements() == {}
