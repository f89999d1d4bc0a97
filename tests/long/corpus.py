"""Decodes real picture files with two states of the project, and counts how many change their answer.

    python -m tests.long.corpus fetch FOLDER             the test pictures of public packages, into a folder elsewhere
    python -m tests.long.corpus decode FOLDER > now.json  what becomes of each file
    python -m tests.long.corpus compare FOLDER --against COMMIT

The files stay outside the repository. `compare` decodes them here and in a worktree of the other commit, which it makes
in a temporary folder and removes, and prints a table by kind of change.
"""

from __future__ import annotations

import argparse
import base64
import collections
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
PACKAGES = ("pillow==13.0.0", "pillow-heif==1.8.1", "pypng==0.20220715.0", "imageio==2.38.1")  # PyPI has their tests
LARGEST = 25 * 2**20  # bytes of a file
SIDE = 48  # pixels of the small copies that are compared
SAME, NEAR = 1.0, 4.0  # mean difference of levels, up to which two pictures are the same, or nearly
# Run in either state of the project, so it uses nothing but `decode`.
WORKER = """
import base64, json, sys, warnings
from pathlib import Path
from stylecore.errors import ImageError
from stylecore.imaging.images import decode
warnings.simplefilter("ignore")
for line in sys.stdin:
    path = line.rstrip("\\n")
    try:
        picture = decode(Path(path).read_bytes(), "FILE")
        small = picture.resize((SIDE, SIDE))
        answer = {"size": picture.size, "small": base64.b64encode(small.tobytes()).decode()}
    except ImageError as error:
        answer = {"refused": str(error)}
    except BaseException as error:
        answer = {"crash": f"{type(error).__name__}: {error}"}
    print(json.dumps({"path": path, **answer}), flush=True)
""".replace("SIDE", str(SIDE))


def main() -> None:
    """Does what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("fetch", "decode", "compare"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--against", default="HEAD", help="the commit to compare with")
    options = parser.parse_args()
    if options.command == "fetch":
        fetch(options.folder)
    elif options.command == "decode":
        json.dump(decoded(options.folder, ROOT), sys.stdout, indent=1)
    else:
        with tempfile.TemporaryDirectory() as other:
            subprocess.run(["git", "worktree", "add", "--detach", other, options.against], cwd=ROOT, check=True)
            try:
                before = decoded(options.folder, Path(other))
            finally:
                subprocess.run(["git", "worktree", "remove", "--force", other], cwd=ROOT, check=True)
        print_changes(before, decoded(options.folder, ROOT))


def fetch(folder: Path) -> None:
    """Downloads the source of some packages, and unpacks every file in it that is no text."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        name = package.split("==")[0]
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--no-binary",
            name,
            package,
            "-d",
            str(folder),
        ]
        if subprocess.run(command, check=False).returncode:
            print(f"{package} could not be fetched", file=sys.stderr)
    for archive in sorted(folder.glob("*.tar.gz")):
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")


def files(folder: Path) -> list[Path]:
    """Every file below a folder that is no text and not too large, one of each content."""
    found: dict[bytes, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in (".gz", ".zip") and 0 < path.stat().st_size <= LARGEST:
            data = path.read_bytes()
            if not _is_text(data):
                found.setdefault(hashlib.sha256(data).digest(), path)
    return sorted(found.values())


def decoded(folder: Path, state: Path) -> dict[str, dict[str, Any]]:
    """What a state of the project makes of each file, by path; where a process dies, the next one goes on."""
    waiting = [str(path) for path in files(folder)]
    answers: dict[str, dict[str, Any]] = {}
    while waiting:
        done = subprocess.run(
            [sys.executable, "-c", WORKER],
            cwd=state,
            env=os.environ | {"PYTHONPATH": str(state)},
            input="\n".join(waiting),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        for line in done.stdout.splitlines():
            answer = json.loads(line)
            answers[answer.pop("path")] = answer
        waiting = [path for path in waiting if path not in answers]
        if waiting:
            answers[waiting.pop(0)] = {"crash": f"the process ended with {done.returncode}"}
    return answers


def print_changes(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> None:
    """A table of how many files change their answer, by kind; then the files whose pictures change."""
    kinds = {path: kind_of_change(before[path], after[path]) for path in after}
    for kind, count in collections.Counter(kinds.values()).most_common():
        print(f"| {kind} | {count} |")
    print(f"| all | {len(kinds)} |")
    for path, kind in kinds.items():
        if kind in ("other pixels", "other size", "read → refused", "crash", "refused → read"):
            print(f"{kind}: {path}", after[path].get("refused", ""))


def kind_of_change(before: dict[str, Any], after: dict[str, Any]) -> str:
    """In a few words, how one answer differs from another."""
    if "crash" in after:
        return "crash"
    if "refused" in after:
        if "refused" not in before:
            return "read → refused"
        return "refused as before" if before["refused"] == after["refused"] else "refused in other words"
    if "size" not in before:
        return "refused → read"
    if before["size"] != after["size"]:
        return "other size"
    difference = np.abs(_levels(before) - _levels(after)).mean()
    return "same pixels" if difference <= SAME else "nearly the same pixels" if difference <= NEAR else "other pixels"


def _levels(answer: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(answer["small"]), np.uint8).astype(float)


def _is_text(data: bytes) -> bool:
    try:
        data[:4096].decode()
    except UnicodeDecodeError as error:
        return error.start > 4090
    return b"\0" not in data[:4096]


if __name__ == "__main__":
    main()
