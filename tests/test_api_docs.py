"""The API docs are built from the docstrings without a warning, and show what the package exports."""

import os
import subprocess
import sys
from pathlib import Path

import stylecore

ROOT = Path(__file__).parents[1]


def test_the_docs_are_built_without_a_warning(tmp_path):
    command = [sys.executable, "-W", "error", ROOT / "docs" / "build_api.py", tmp_path]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    front = (tmp_path / "stylecore.html").read_text(encoding="utf-8")
    for name in set(stylecore.__all__) - {"__version__"}:
        assert f'id="{name}"' in front
    modules = {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*.html")}
    for module in (ROOT / "stylecore" / "transfer").glob("[a-z]*.py"):
        assert f"stylecore/transfer/{module.stem}.html" in modules
