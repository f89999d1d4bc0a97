"""What L_style compares with: the descriptions of each style, mixed for each region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.transfer.calibration import calibrated_weights
from stylecore.transfer.encoder import Part
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.statistics.description import Distance
from stylecore.transfer.styling import Styling


class StyleTargets:
    """L_style = Σ_r a_r · Σ_i u_ri · distance, with one target in each region r and layer i, whatever it mixes.

    The descriptions of each style are kept, so that another mix needs no pass through the network.

    Attributes:
        weights: a_r · u_ri by region and layer.
        sizes: unweighted loss of an all-zero description, alike.
    """

    def __init__(
        self,
        styling: Styling,
        of_styles: Sequence[Mapping[str, Tensor]],
        of_content: Mapping[Part, Tensor],
        config: TransferConfig,
    ) -> None:
        """Mixes the styles by their weights.

        Args:
            styling: which regions have which styles.
            of_styles: the descriptions of each style, (1, …) each, by layer.
            of_content: those of the content picture, by region and layer.
            config: `style_layers`, `statistic` and `loss_weighting` are read.
        """
        self._styling, self._config = styling, config
        self._of_styles, self._of_content = of_styles, of_content
        self._description = DESCRIPTIONS[config.statistic]
        self.mix(styling.weights)

    @property
    def size(self) -> float:
        """The weighted loss of having nothing of any style."""
        return sum(self.weights[part] * size for part, size in self.sizes.items())

    def mix(self, weights: Sequence[float]) -> None:
        """Mixes the styles anew; with `loss_weighting="calibrated"`, L_style is 1 at the content again.

        Args:
            weights: of all styles.
        """
        self._distances: dict[Part, Distance] = {}
        self.weights: dict[Part, float] = {}
        self.sizes: dict[Part, float] = {}
        for number, mix in enumerate(self._styling.mixes(weights)):
            self._aim(number, mix)

    def losses(self, descriptions: Mapping[Part, Tensor]) -> dict[str, Tensor]:
        """L_style by layer, (K,), of descriptions, (K, …) each, by region and layer."""
        found: dict[str, Tensor] = {}
        for part, description in descriptions.items():
            if part in self._distances:
                term = self.weights[part] * self._distances[part](description)
                found[part[1]] = found[part[1]] + term if part[1] in found else term
        return found

    def _aim(self, number: int, mix: Mapping[int, float]) -> None:
        """Sets targets and weights of a region."""
        used = {}
        for layer, weight in self._config.style_layers:
            part = number, layer
            if part in self._of_content and all(layer in self._of_styles[index] for index in mix):
                self._distances[part] = self._description.distance(self._target(part, mix), self._of_content[part])
                used[layer] = weight
        at_content = {layer: self._distances[number, layer](self._of_content[number, layer]).item() for layer in used}
        nothing = {
            layer: self._distances[number, layer](torch.zeros_like(self._of_content[number, layer])).item()
            for layer in used
        }
        if self._config.loss_weighting == "calibrated":
            used = calibrated_weights(used, nothing, at_content)
        for layer, weight in used.items():
            self.weights[number, layer] = self._styling.regions[number].share * weight
            self.sizes[number, layer] = nothing[layer]

    def _target(self, part: Part, mix: Mapping[int, float]) -> Tensor:
        descriptions = [self._of_styles[index][part[1]] for index in mix]
        if len(descriptions) == 1:
            return descriptions[0]
        return self._description.blended(descriptions, list(mix.values()), self._of_content[part])
