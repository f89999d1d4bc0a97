"""A painted animation on its way into a file: its frames as they are finished, and the recipe of them all."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageChops

from stylecore.artifacts.export import FinishedPicture
from stylecore.artifacts.recipe import CHUNK, Recipe
from stylecore.config import FileFormat
from stylecore.imaging.animated_files import encode_animation


@dataclass(slots=True)
class PaintedFrames:
    """The frames of one λ that are finished, as PNG, since all of them would take much memory as pixels.

    Attributes:
        plays: how many times the animation is shown; 0 for ever.
        pngs: bytes of each frame.
        milliseconds: for which each is shown.
        recipes: of each.
    """

    plays: int
    pngs: list[bytes] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    recipes: list[Recipe] = field(default_factory=list)

    def add(self, picture: FinishedPicture, png: bytes, milliseconds: float) -> None:
        """Adds the next frame.

        Args:
            picture: as its run left it.
            png: what became of it, postprocessed.
            milliseconds: for which it is shown.
        """
        self.pngs.append(png)
        self.milliseconds.append(milliseconds)
        self.recipes.append(picture.recipe)

    def recipe(self) -> Recipe:
        """That of the first frame, with the mean losses of all."""
        losses = {
            name: sum(recipe.losses[name] for recipe in self.recipes) / len(self.recipes)
            for name in self.recipes[0].losses
        }
        return dataclasses.replace(self.recipes[0], losses=losses, frames=len(self.pngs))

    def encoded(self, kind: FileFormat) -> bytes:
        """Bytes of an animated file with the recipe inside."""
        mode = "RGBA" if any(_is_transparent(image) for image in _images(self.pngs)) else "RGB"
        return encode_animation(
            lambda: (image.convert(mode) for image in _images(self.pngs)),
            self.milliseconds,
            self.plays,
            kind,
            CHUNK,
            self.recipe().to_json(),
        )


def _images(pngs: Sequence[bytes]) -> Iterator[Image.Image]:
    for png in pngs:
        with Image.open(io.BytesIO(png)) as image:
            image.load()
            yield image


def _is_transparent(image: Image.Image) -> bool:
    return image.mode == "RGBA" and ImageChops.invert(image.getchannel("A")).getbbox() is not None
