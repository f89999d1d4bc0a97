"""All files that a run of this tab would use: photograph, styles with weights and regions, and what is left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stylecore.config import TransferConfig
from stylecore.engine.cost import Size
from stylecore.errors import SettingError
from stylecore.imaging.inputs import InputImage, Inputs
from stylecore.ui.server import get_visitor_store
from stylecore.ui.state.chosen import chosen, chosen_pair, chosen_styles
from stylecore.ui.state.mix import weight_of
from stylecore.ui.state.sources import Role, Source
from stylecore.ui.visitors import visitor_name

LEAVE = "leave"  # among the masks of a photograph: where it is left alone; the others have the names of roles


@dataclass(frozen=True, slots=True)
class ChosenInputs:
    """What a visitor has chosen.

    It holds sources, not bytes, and asks the store for masks: what its owner removes is gone wherever it is held.

    Attributes:
        owner: the visitor.
        content: the photograph.
        styles: the style pictures by role, at least one.
        weights: of each style.
        init: the picture to start from, if one is needed.
    """

    owner: str
    content: Source
    styles: Mapping[Role, Source]
    weights: tuple[float, ...]
    init: Source | None = None

    @property
    def style_sizes(self) -> list[Size]:
        """Width and height of each style picture."""
        return [source.size for source in self.styles.values()]

    def inputs(self, weights: Sequence[float] | None = None) -> Inputs:
        """The files. A style that shares its place with no other counts fully there, whatever its weight.

        Args:
            weights: in place of those that are chosen.

        Raises:
            InputsError: if all styles that share a region have a weight of 0.
        """
        masks = get_visitor_store().get_masks(self.owner, self.content.word)
        places = [masks.get(role, b"") for role in self.styles]
        weights = self.weights if weights is None else weights
        return Inputs(
            contents=(InputImage(data=self.content.data, name=self.content.name),),
            styles=tuple(
                InputImage(
                    data=source.data, name=source.name, weight=weight if places.count(place) > 1 else 1.0, region=place
                )
                for source, weight, place in zip(self.styles.values(), weights, places, strict=True)
            ),
            init=InputImage(data=self.init.data, name="start") if self.init is not None else None,
            leave=masks.get(LEAVE, b""),
        )


def chosen_inputs(*configs: TransferConfig) -> ChosenInputs:
    """What this tab has chosen.

    Args:
        configs: settings of the runs that it is for: some need a picture to start from.

    Raises:
        SettingError: if there is no picture to start from, and one is needed.
    """
    styles = chosen_styles()
    init = chosen("init") if any(config.init == "image" for config in configs) else None
    if init is None and any(config.init == "image" for config in configs):
        raise SettingError("Choose the picture to start from, in the Studio under Advanced.")
    weights = tuple(map(weight_of, styles)) if len(styles) > 1 else (1.0,)
    return ChosenInputs(visitor_name(), chosen_pair()[0], styles, weights, init)
