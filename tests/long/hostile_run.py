"""Puts every hostile file through all that happens to an upload, and prints a line of JSON about each.

`python -m tests.long.hostile_run [CATEGORY or CATEGORY/NAME …]` runs in a process of its own so that its memory, and
what it writes, can be watched. Without arguments it takes all files.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from pathlib import Path

from stylecore.artifacts.recipe import RecipeError, read_recipe
from stylecore.errors import ImageError
from stylecore.ui.state import sources
from stylecore.ui.widgets import thumbnails
from tests.support.hostile import CATEGORIES, corpus, seeds

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
FORBIDDEN = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "socket.connect", "socket.bind")
CHANGING = (
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.truncate",
    "shutil",
)


def main() -> None:
    """Prints a line for every file; memory is counted from what the process holds before the first one."""
    wanted = sys.argv[1:] or [category.__name__ for category in CATEGORIES]
    categories = [category for category in CATEGORIES if any(w.split("/")[0] == category.__name__ for w in wanted)]
    written: list[str] = []
    sys.addaudithook(lambda event, arguments: _watch(event, arguments, written))
    _upload(seeds()["png"])  # what is imported for the first file is no cost of that file
    libc = ctypes.CDLL(None)
    baseline = _memory("VmRSS")
    for name, data in corpus(categories):
        if not any(name == w or name.startswith(f"{w}/") for w in wanted):
            continue
        libc.malloc_trim(0)  # what making the file has left behind
        _start_of_peak()
        written.clear()
        results, seconds = {}, {}
        for use, call in (("recipe", _recipe), ("upload", _upload)):
            started = time.process_time()
            results[use] = _outcome(call, data)
            seconds[use] = round(time.process_time() - started, 4)
        line = {
            "name": name,
            "bytes": len(data),
            "results": results,
            "seconds": seconds,
            "mb": round(_memory("VmHWM") - baseline, 1),
            "written": list(written),
        }
        print(json.dumps(line), flush=True)


def _upload(data: bytes) -> dict[str, object]:
    source = sources.make_source("a file of a stranger", data)
    return {"size": source.size, "preview": len(source.preview), "thumbnail": len(thumbnails.thumbnail(source.preview))}


def _recipe(data: bytes) -> dict[str, object]:
    recipe = read_recipe(data)
    return {"json": len(recipe.to_json().encode())}


def _outcome(call, data: bytes) -> dict[str, object]:
    try:
        return call(data)
    except (ImageError, RecipeError) as error:
        return {"refusal": str(error)}
    except BaseException as error:  # what must never be
        return {"crash": f"{type(error).__name__}: {error}"}


def _watch(event: str, arguments: tuple[object, ...], written: list[str]) -> None:
    if event == "open":
        path, mode, flags = arguments
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & WRITING):
            written.append(f"open {path!r}")
    elif event in FORBIDDEN or event.startswith(CHANGING):
        written.append(f"{event} {arguments!r:.200}")


def _start_of_peak() -> None:
    """Resets the process's peak of memory to what it holds now."""
    Path("/proc/self/clear_refs").write_bytes(b"5")


def _memory(name: str) -> float:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main()
