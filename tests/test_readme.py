"""What README says is what is there: its notebook lines run, its commands are understood, its links lead somewhere."""

import ast
import re
import shlex
from pathlib import Path

import pytest

from stylecore.cli.parser import parse
from stylecore.imaging.images import decode
from stylecore.samples import sample_contents, sample_styles

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


def test_the_lines_for_notebooks_run(tmp_path, monkeypatch, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 10
    (tmp_path / "photo.jpg").write_bytes(sample_contents()["Astronaut"].read_bytes())
    (tmp_path / "painting.jpg").write_bytes(sample_styles()["Woodblock wave"].read_bytes())
    monkeypatch.chdir(tmp_path)
    cell = ast.parse(code)
    last = cell.body.pop()  # which a notebook shows
    names = {}
    exec(compile(cell, "README.md", "exec"), names)
    shown = eval(compile(ast.Expression(last.value), "README.md", "eval"), names)
    assert decode((tmp_path / "painted.png").read_bytes()).tobytes() == shown.image.tobytes()
    assert decode(shown._repr_png_()).width > 2 * shown.image.width
    assert len(capsys.readouterr().out.splitlines()) == 11
    assert len(names["losses"]) == 2 * 11


COMMANDS = re.findall(r"^    (?:\.venv/bin/python -m )?stylecore (.*)", README, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_understood(command):
    assert parse(shlex.split(command, comments=True)).command


def test_there_are_commands():
    assert {command.split()[0] for command in COMMANDS} >= {"transfer", "sheet", "evaluate", "inspect", "bench", "app"}


def test_the_commands_for_start_and_tests_are_one_line_each():
    lines = [line.strip() for line in README.splitlines() if "pip install -r" in line]
    assert [re.search(r"-r (\S+)", line)[1] for line in lines] == ["requirements.txt", "tests/requirements.txt"]
    assert all(line.startswith("python3 -m venv .venv && ") for line in lines)
    for name in ("requirements.txt", "tests/requirements.txt", "requirements-cpu.txt"):
        assert (ROOT / name).is_file()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_somewhere(document):
    targets = re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8"))
    for target in targets:
        assert target.startswith("https://") or (document.parent / target).exists(), target
