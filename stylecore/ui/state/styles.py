"""Adding and removing styles; what is painted with them, and how they are weighed, goes with them."""

from __future__ import annotations

from stylecore.samples import sample_styles
from stylecore.ui.server import get_visitor_store
from stylecore.ui.state.chosen import choose_sample, chosen_styles, set_styles, unchoose
from stylecore.ui.state.chosen_inputs import LEAVE
from stylecore.ui.state.mix import USUAL_WEIGHT, load_weights, set_weights, weight_of
from stylecore.ui.state.sources import STYLES, Role


def add_style() -> None:
    """Adds a sample that is not chosen yet; two styles count alike at first."""
    styles = chosen_styles()
    names = {source.name for source in styles.values() if source.sample}
    role = STYLES[len(styles)]
    choose_sample(role, next(name for name in sample_styles() if name not in names))
    set_weights({role: USUAL_WEIGHT} if len(styles) > 1 else {role: USUAL_WEIGHT, "style": USUAL_WEIGHT})


def drop_style(owner: str, role: Role) -> None:
    """Removes a style; those behind it move up."""
    unchoose(role)
    close_gaps(owner, gone=role)


def close_gaps(owner: str, gone: Role | None = None) -> None:
    """Moves styles up where one before them is gone, as one that its owner has removed from the server.

    Args:
        owner: the visitor.
        gone: a style that has been removed even if it was the last.
    """
    styles = chosen_styles()
    moved: dict[str, Role] = dict(zip(styles, STYLES, strict=False))
    if gone is None and all(role == place for role, place in moved.items()):
        return
    weights = [weight_of(role) for role in styles]
    set_styles(list(styles.values()))
    load_weights(list(moved.values()), weights)
    get_visitor_store().rename_masks(owner, {LEAVE: LEAVE, **moved})
