"""Builds the API docs from the docstrings, as HTML: `python docs/build_api.py [FOLDER]` (site)."""

import sys
from pathlib import Path

import pdoc

import stylecore

PACKAGES = ("stylecore", "stylecore.config", "stylecore.transfer", "stylecore.imaging", "stylecore.artifacts")


def build(folder: Path) -> None:
    """Writes the pages of the packages that other programs use, and of all modules in them."""
    for name in stylecore.__all__:
        vars(stylecore)[name] = getattr(stylecore, name)  # pdoc does not see names that are imported when first used
    pdoc.render.configure(docformat="google", footer_text=f"stylecore {stylecore.__version__}", math=True)
    pdoc.pdoc(*PACKAGES, output_directory=folder)


if __name__ == "__main__":
    build(Path(sys.argv[1] if len(sys.argv) > 1 else "site"))
