"""The input files of a run, as plain records."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stylecore.errors import UserError

MAX_STYLES = 5  # style pictures of one run
MAX_WEIGHT = 1e6  # of a style among those of its region


class InputsError(UserError, ValueError):
    """The input files don't go together; the message says why in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputImage:
    """One picture file that a run uses.

    Masks are files of any format that Pillow reads, in greyscale; what is transparent in them counts as black. They are
    stretched to the picture that they lie on, whatever their shape, and grey is a soft edge.

    Attributes:
        data: the file's bytes.
        name: what the user calls it; never stored, and not part of a recipe.
        weight: of a style: its share in the mix of its region, from 0 to `MAX_WEIGHT`; only ratios matter.
        mask: of a style: mask over *this* picture, white on the part that is meant; empty if all of it is.
        region: of a style: mask over the *photograph*, white where it is painted with this style; empty: all that no
            other style's region takes, which is everywhere if there is none. Styles whose `region` has the same bytes
            share it, and their descriptions are blended by `weight`.
    """

    data: bytes
    name: str = ""
    weight: float = 1.0
    mask: bytes = b""
    region: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All input files of a run.

    Attributes:
        contents: content pictures; at least one.
        styles: style pictures; from 1 to `MAX_STYLES`.
        init: the picture that a run with `init="image"` starts from.
        leave: mask over the photograph, white where it is left alone: there the result is the photograph, to the bit.
            Empty leaves nothing alone but what is transparent in the content file, which always is.
    """

    contents: tuple[InputImage, ...]
    styles: tuple[InputImage, ...]
    init: InputImage | None = None
    leave: bytes = b""

    def __post_init__(self) -> None:
        """Checks numbers and weights.

        Raises:
            InputsError: if there are too many styles, or the weights of a region can't be made a mix.
        """
        if len(self.styles) > MAX_STYLES:
            raise InputsError(
                "A picture has at most {most} styles, not {count}.", most=MAX_STYLES, count=len(self.styles)
            )
        check_weights(self, self.style_weights)

    def __iter__(self) -> Iterator[InputImage]:
        """Iterates over all pictures: contents, styles, then the one to start from."""
        yield from (*self.contents, *self.styles)
        if self.init is not None:
            yield self.init

    @property
    def content(self) -> InputImage:
        """The first content picture."""
        return self.contents[0]

    @property
    def style(self) -> InputImage:
        """The first style picture."""
        return self.styles[0]

    @property
    def style_weights(self) -> tuple[float, ...]:
        """The weight of each style, as `Steering.style_weights` replaces them."""
        return tuple(style.weight for style in self.styles)

    @property
    def regions(self) -> tuple[tuple[int, ...], ...]:
        """The indices of the styles that share a region, for each region, in the order of their first styles."""
        places: dict[bytes, list[int]] = {}
        for index, style in enumerate(self.styles):
            places.setdefault(style.region, []).append(index)
        return tuple(map(tuple, places.values()))

    @property
    def pair(self) -> tuple[bytes, bytes]:
        """The bytes of the first content and the first style picture."""
        return self.content.data, self.style.data

    def files(self) -> Iterator[bytes]:
        """The bytes of every file, masks included."""
        yield from (image.data for image in self)
        yield from self.masks()

    def masks(self) -> Iterator[bytes]:
        """The bytes of every mask."""
        for style in self.styles:
            yield from filter(None, (style.mask, style.region))
        if self.leave:
            yield self.leave


def check_weights(inputs: Inputs, weights: Sequence[float]) -> None:
    """Checks new weights for the styles of these inputs.

    Args:
        inputs: of a run.
        weights: one for each style.

    Raises:
        InputsError: if their number or their range is wrong, or all styles of a region have 0.
    """
    if len(weights) != len(inputs.styles):
        raise InputsError(
            "{count} weights of styles are needed, not {given}.", count=len(inputs.styles), given=len(weights)
        )
    for weight in weights:
        if not 0 <= weight <= MAX_WEIGHT:  # False for NaN as well
            raise InputsError(
                "The weight of a style must be from 0 to {most:g}, not {weight:g}.", most=MAX_WEIGHT, weight=weight
            )
    if not all(any(weights[index] for index in places) for places in inputs.regions):
        raise InputsError("A region needs a style with a weight above 0.")


def pair(content: bytes, style: bytes, init: bytes = b"", names: tuple[str, str] = ("content", "style")) -> Inputs:
    """Inputs of one content and one style picture.

    Args:
        content: bytes of the content file.
        style: bytes of the style file.
        init: bytes of the file to start from; empty if there is none.
        names: what the user calls content and style.
    """
    return Inputs(
        contents=(InputImage(data=content, name=names[0]),),
        styles=(InputImage(data=style, name=names[1]),),
        init=InputImage(data=init, name="start") if init else None,
    )


def with_weights(inputs: Inputs, weights: Sequence[float]) -> Inputs:
    """The same inputs with other weights of the styles."""
    weighted = zip(inputs.styles, weights, strict=True)
    return dataclasses.replace(inputs, styles=tuple(dataclasses.replace(s, weight=weight) for s, weight in weighted))


def with_init(inputs: Inputs, init: bytes) -> Inputs:
    """The same inputs, with a picture to start from."""
    return dataclasses.replace(inputs, init=InputImage(data=init, name="start"))
