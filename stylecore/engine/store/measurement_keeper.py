"""Keeps what was measured of the machine's precisions: a run that goes on after a start computes in the same ones."""

from __future__ import annotations

from stylecore.artifacts.recipe import current_versions
from stylecore.engine.plain import measurements_from_plain, measurements_to_plain
from stylecore.engine.store.store import Store
from stylecore.transfer.devices import describe_device
from stylecore.transfer.precision import measurements, take_measurements

_KIND, _OWNER = "machine", ""  # nobody's


class MeasurementKeeper:
    """Writes measurements when there are new ones; called by one thread."""

    def __init__(self, device: str) -> None:
        """Begins with what `restore_measurements` has brought."""
        self._device = device
        self._written = measurements()

    def keep(self, store: Store) -> None:
        """Writes what is new.

        Raises:
            StoreError: if it can't be written; the next call tries again.
        """
        found = measurements()
        if found != self._written:
            body = {"versions": current_versions(), "measured": measurements_to_plain(found)}
            store.put(_KIND, _OWNER, describe_device(self._device), body, {}, spare=False)
            self._written = found


def restore_measurements(store: Store, device: str) -> None:
    """Takes what was measured on this machine with the same versions of everything."""
    for record in store.records(_KIND):
        if record.name == describe_device(device) and record.body["versions"] == current_versions():
            take_measurements(measurements_from_plain(record.body["measured"]))
