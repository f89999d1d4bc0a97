"""The files that a run on the command line reads: pictures, and the masks that belong to them."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from stylecore.artifacts.recipe import InputDigest, Recipe, RecipeError
from stylecore.cli.styles import NamedStyle, named_styles
from stylecore.cli.terminal import note
from stylecore.config import TransferConfig
from stylecore.imaging.files import read
from stylecore.imaging.images import MAX_BYTES, decode_with_notices
from stylecore.imaging.inputs import InputImage, Inputs
from stylecore.imaging.mask_files import alpha_of, mask_picture, small_mask, with_small_masks
from stylecore.imaging.scaling import enlarged_notice
from stylecore.transfer.preparation import INITIAL_DETAIL, sides
from stylecore.transfer.style_pictures import StylePictures

LARGEST_RESULT = 500 * 10**6  # bytes; more than any picture that is made here


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that a run reads.

    Attributes:
        data: bytes of the file.
        picture: RGB, no larger than it is needed.
        size: width and height of the file's picture.
    """

    data: bytes
    picture: Image.Image
    size: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All that a run reads.

    Attributes:
        content: the content picture.
        styles: the style pictures.
        init: the picture that it starts from, or makes large.
        inputs: the same files with their masks and weights, the masks as they are used.
        painted_in: the styles and what is painted where.
    """

    content: Source
    styles: tuple[Source, ...]
    init: Source | None
    inputs: Inputs
    painted_in: StylePictures

    @property
    def style_sizes(self) -> list[tuple[int, int]]:
        """Width and height of each style file's picture."""
        return [style.size for style in self.styles]

    def mixed(self, weights: Sequence[float]) -> Sources:
        """The same with other weights of the styles."""
        return dataclasses.replace(self, painted_in=dataclasses.replace(self.painted_in, weights=tuple(weights)))


def files_read(options: argparse.Namespace) -> list[str]:
    """The names of all files that a run reads."""
    others = (options.leave, options.init_image, options.enlarged, options.recipe)
    styles = [name for style in named_styles(options) for name in style.files()]
    return [options.content, *styles, *filter(None, others)]


def read_sources(options: argparse.Namespace, config: TransferConfig, recipe: Recipe | None = None) -> Sources:
    """Reads all pictures, no larger than they are needed; what is wrong with one is noted.

    Args:
        options: of the command line.
        config: `size` and `style_scale` are read.
        recipe: which is repeated or gone on from: its weights and masks count where the options name none.

    Raises:
        ImageError: if a picture or a mask can't be used.
        InputsError: if masks or weights leave nothing to paint.
        RecipeError: if the recipe is of another number of styles, or misses a mask.
    """
    content_side, style_side = sides(config)
    named = named_styles(options)
    content = _read(options.content, content_side, config.size)
    styles = [_read(style.file, style_side, min(style_side, config.size)) for style in named]
    start = options.init_image or options.enlarged
    # What a run starts from may be a result of ours, and is painted over anyway.
    init = _read(start, INITIAL_DETAIL * content_side, 0, LARGEST_RESULT) if start else None
    inputs = _inputs(options, content, styles, init, recipe)
    painted_in = StylePictures.of(inputs, [style.picture for style in styles], alpha_of(content.data, content_side))
    return Sources(content=content, styles=tuple(styles), init=init, inputs=inputs, painted_in=painted_in)


def _read(path: str, needed: int, wanted: int, most: int = MAX_BYTES) -> Source:
    data = read(path, most)
    decoded = decode_with_notices(data, path, needed, most)
    for notice in filter(None, (*decoded.notices, enlarged_notice(decoded.size, wanted) if wanted else "")):
        note(f"{path}: {notice}")
    return Source(data, decoded.image, decoded.size)


def _inputs(
    options: argparse.Namespace,
    content: Source,
    styles: Sequence[Source],
    init: Source | None,
    recipe: Recipe | None,
) -> Inputs:
    named = named_styles(options)
    known = recipe.styles if recipe else [InputDigest(sha256="")] * len(named)
    if len(known) != len(named):
        raise RecipeError(
            f"The recipe is of {len(known)} style{'s' * (len(known) > 1)}, and {len(named)} named: name each of them, "
            "in its order, the first as STYLE and the others with --style."
        )
    images = [_style(source, style, digest, recipe) for source, style, digest in zip(styles, named, known, strict=True)]
    leave = _mask(options.leave, recipe.leave_sha256 if recipe else "", recipe, "--leave")
    return with_small_masks(
        Inputs(
            contents=(InputImage(data=content.data, name="content"),),
            styles=tuple(images),
            init=InputImage(data=init.data, name="start") if init else None,
            leave=leave,
        )
    )


def _style(source: Source, named: NamedStyle, known: InputDigest, recipe: Recipe | None) -> InputImage:
    return InputImage(
        data=source.data,
        name="style",
        weight=known.weight if named.weight is None else named.weight,
        mask=_mask(named.mask, known.mask_sha256, recipe, "--style-mask"),
        region=_mask(named.region, known.region_sha256, recipe, "STYLE:mask="),
    )


def _mask(path: str | None, digest: str, recipe: Recipe | None, option: str) -> bytes:
    """The mask that an option names, in the form in which it is used; else that of the recipe, if it has one."""
    if path:
        mask = small_mask(read(path), path)
        if mask_picture(mask).getextrema() == (0, 0):
            note(f"{path} is black all over: nothing is meant by it.")
        return mask
    if not digest:
        return b""
    assert recipe is not None  # or there would be no checksum
    if digest not in recipe.masks:
        raise RecipeError(f"A mask of the recipe is not in its file, which has no room for it: name it with {option}.")
    return recipe.masks[digest]
