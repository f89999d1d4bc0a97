"""A batch: photographs × styles × λ, each picture with a file name that says what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from stylecore.config import FileFormat
from stylecore.errors import SettingError
from stylecore.imaging import formats
from stylecore.imaging.output_formats import ALL_EXTENSIONS

_READ = {f".{ending}" for endings in formats.EXTENSIONS.values() for ending in endings}
NO_OTHERS: Mapping[Path, FileFormat] = MappingProxyType({})
LONGEST_NAME = 60  # characters of a file name that each input gives


@dataclass(frozen=True, slots=True)
class BatchPicture:
    """One picture of a batch.

    Attributes:
        content: the photograph's file.
        style: the style picture's file.
        lam: λ.
        name: of the file that it becomes.
        kind: the format of that.
        labels: what the photograph and the style are called there.
    """

    content: Path
    style: Path
    lam: float
    name: str
    kind: FileFormat
    labels: tuple[str, str]


def picture_files(names: Iterable[str]) -> list[Path]:
    """The files that are named, and of each folder the pictures in it, by name; hidden files are left out.

    Raises:
        SettingError: if there is no such file or folder, or no picture in a folder.
    """
    found: list[Path] = []
    for name in names:
        path = Path(name)
        if not path.is_dir():
            if not path.exists():
                raise SettingError("{name} does not exist: name picture files, or folders of them", name=name)
            found.append(path)
            continue
        inside = [file for file in sorted(path.iterdir()) if file.suffix.lower() in _READ and file.name[0] != "."]
        if not inside:
            raise SettingError("there is no picture in the folder {name}", name=name)
        found += inside
    return list(dict.fromkeys(found))


def plan_batch(
    contents: Sequence[Path],
    styles: Sequence[Path],
    lambdas: Sequence[float],
    kind: FileFormat,
    others: Mapping[Path, FileFormat] = NO_OTHERS,
) -> list[BatchPicture]:
    """Every photograph in every style with every λ; one style after the other, so that what it needs is computed once.

    Args:
        contents: photographs.
        styles: style pictures.
        lambdas: λ.
        kind: format of the files.
        others: formats of what becomes of some of the photographs, in place of that one.
    """
    of_contents, of_styles = _labels(contents), _labels(styles)
    return [
        BatchPicture(
            content,
            style,
            lam,
            f"{of_contents[content]}-{of_styles[style]}-{lam:g}{ALL_EXTENSIONS[others.get(content, kind)][0]}",
            others.get(content, kind),
            (of_contents[content], of_styles[style]),
        )
        for style in styles
        for content in contents
        for lam in dict.fromkeys(lambdas)
    ]


def _labels(paths: Sequence[Path]) -> Mapping[Path, str]:
    """A short name for each file, unique also where upper and lower case are the same."""
    names = {path: path.stem[:LONGEST_NAME] for path in paths}
    for longer in (lambda path: path.name, lambda path: f"{path.resolve().parent.name}_{path.name}"):
        taken = Counter(name.casefold() for name in names.values())
        names |= {path: longer(path)[-LONGEST_NAME:] for path, name in names.items() if taken[name.casefold()] > 1}
    taken = Counter(name.casefold() for name in names.values())
    return {
        path: f"{name}_{number}" if taken[name.casefold()] > 1 else name
        for number, (path, name) in enumerate(names.items(), 1)
    }
