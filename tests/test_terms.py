"""Every file has its terms, and README's table names those that are in use."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ANNOTATIONS = tomllib.loads((ROOT / "REUSE.toml").read_text(encoding="utf-8"))["annotations"]


def test_no_file_is_without_terms():
    lint = [sys.executable, "-m", "reuse", "--root", ROOT, "lint"]
    done = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_new_picture_needs_terms_of_its_own():
    """The rule for code does not match what people bring."""
    code = ANNOTATIONS[0]["path"]
    assert not [path for path in code if path.startswith("stylecore/") and path.endswith(("*", ".jpg", ".ttf", ".pth"))]


@pytest.mark.parametrize("annotation", ANNOTATIONS[1:], ids=lambda annotation: annotation["SPDX-License-Identifier"])
def test_readme_tells_of_terms(annotation):
    paths = annotation["path"] if isinstance(annotation["path"], list) else [annotation["path"]]
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("## Terms")[1].splitlines()
    terms = annotation["SPDX-License-Identifier"].removeprefix("LicenseRef-")
    for path in paths:
        assert list(ROOT.glob(path)), f"{path} is not there"
        rows = [row for row in table if f"`{Path(path).parent}/`" in row]
        assert any(terms in row or (terms, "public domain" in row) == ("PublicDomain", True) for row in rows)


def test_the_licence_is_there_twice_for_two_readers():
    """GitHub and pip look for LICENSE, reuse for LICENSES/."""
    assert (ROOT / "LICENSE").read_text() == (ROOT / "LICENSES" / "MIT.txt").read_text()
