"""Hypothesis strategies derived from the declarations of the settings, so that a new setting is tried as well."""

from hypothesis import strategies as st

from stylecore.artifacts.recipe import MAX_STEPS, InputDigest, Recipe
from stylecore.config import SETTINGS, Postprocess, TransferConfig
from stylecore.layers import LAYERS
from stylecore.settings import MAX_LAMBDAS, MAX_LAYER_WEIGHT, settings_of

unit = st.floats(0, 1)


def values_of(declared):
    """All values that a setting can have."""
    if declared.kind == "choice":
        return st.sampled_from(list(declared.labels))
    if declared.kind == "int":
        return st.integers(int(declared.low), int(declared.high))
    if declared.kind == "float":
        return st.floats(declared.low, declared.high)
    if declared.kind == "lambdas":
        return st.lists(unit, min_size=1, max_size=MAX_LAMBDAS).map(tuple)
    weights = st.floats(0, MAX_LAYER_WEIGHT, exclude_min=True)
    layers = st.dictionaries(st.sampled_from(LAYERS), weights, min_size=1, max_size=len(LAYERS))
    return layers.map(lambda chosen: tuple(chosen.items()))


def instances(kind):
    """All valid instances of a dataclass of settings."""
    return st.builds(kind, **{name: values_of(declared) for name, declared in settings_of(kind).items()})


configs = instances(TransferConfig)
finite = st.floats(allow_nan=False, allow_infinity=False)
printable = st.text(st.characters(exclude_categories=("C", "Z")), max_size=40)
digests = st.builds(
    InputDigest,
    sha256=printable,
    weight=st.floats(0, MAX_LAYER_WEIGHT, exclude_min=True),
    mask_sha256=printable,
)
recipes = st.builds(
    Recipe,
    config=configs,
    device=printable,
    versions=st.dictionaries(printable, printable, max_size=4),
    contents=st.lists(digests, min_size=1, max_size=3).map(tuple),
    styles=st.lists(digests, min_size=1, max_size=3).map(tuple),
    init_sha256=printable,
    steps_done=st.integers(0, MAX_STEPS),
    losses=st.dictionaries(printable, finite, max_size=4),
    changes=st.lists(st.tuples(st.integers(0, MAX_STEPS), unit), max_size=4).map(tuple),
    postprocess=instances(Postprocess),
    not_understood=st.just(()),
)
queries = st.dictionaries(
    st.sampled_from([word for declared in SETTINGS.values() for word in (declared.query, *declared.old_names)]),
    st.one_of(
        st.text(max_size=30), st.sampled_from(["", "nan", "inf", "-1", "1e999", "relu1_1:0 relu1_1", "0,1", "²"])
    ),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
