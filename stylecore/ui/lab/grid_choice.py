"""What grid of pictures the widgets of the λ lab ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stylecore.config import TransferConfig, with_lambda
from stylecore.engine.jobs import Request
from stylecore.imaging.inputs import pair
from stylecore.ui.state.sources import Source


@dataclass(frozen=True, slots=True)
class GridChoice:
    """The rows of a grid and the pictures that they are made from.

    It holds sources, not bytes: a source that its owner removes is erased wherever it is held.

    Attributes:
        rows: settings of each row, λ aside, by its name; "" without a second axis.
        content: the photograph.
        style: the style picture.
        init: the picture to start from, if one is needed.
    """

    rows: Mapping[str, TransferConfig]
    content: Source
    style: Source
    init: Source | None = None

    def request(self, row: str, lam: float | None = None) -> Request:
        """Asks for pictures of one row.

        Args:
            row: its name.
            lam: of a single picture; as the settings say if None.
        """
        config = self.rows[row] if lam is None else with_lambda(self.rows[row], lam)
        start = self.init.data if self.init is not None else b""
        inputs = pair(self.content.data, self.style.data, start, (self.content.name, self.style.name))
        return Request(inputs=inputs, config=config, workspace="lab")
