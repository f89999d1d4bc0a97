"""What grid of pictures the widgets of the λ lab ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stylecore.config import TransferConfig, with_lambda
from stylecore.engine.jobs import Request
from stylecore.ui.state.chosen_inputs import ChosenInputs


@dataclass(frozen=True, slots=True)
class GridChoice:
    """The rows of a grid and the pictures that they are made from.

    Attributes:
        rows: settings of each row, λ aside, by its name; "" without a second axis.
        pictures: that are chosen; they hold no bytes.
        weights: of the styles in each row, by its name, where that is what the rows differ in.
    """

    rows: Mapping[str, TransferConfig]
    pictures: ChosenInputs
    weights: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def request(self, row: str, lam: float | None = None) -> Request:
        """Asks for pictures of one row.

        Args:
            row: its name.
            lam: of a single picture; as the settings say if None.
        """
        config = self.rows[row] if lam is None else with_lambda(self.rows[row], lam)
        return Request(inputs=self.pictures.inputs(self.weights.get(row)), config=config, workspace="lab")
