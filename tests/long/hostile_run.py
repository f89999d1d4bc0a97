"""Puts every hostile file through all that happens to an upload, and prints a line of JSON about each.

`python -m tests.long.hostile_run [CATEGORY or CATEGORY/NAME …]` runs in a process of its own so that its memory, and
what it writes, can be watched. Without arguments it takes all files.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from PIL import Image

from stylecore.artifacts.recipe import RecipeError, read_recipe
from stylecore.errors import ImageError
from stylecore.imaging.images import decode
from stylecore.ui.state import sources
from stylecore.ui.widgets import thumbnails
from tests.support.hostile import CATEGORIES, corpus

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


class SharedDecode:
    """Decodes each file once for its thumbnail and its upload, since most of the time goes there.

    Only pictures are shared; a file that is refused is decoded, and refused, once for each use.

    Attributes:
        seconds: of processor time that the last decoding took; it counts for both uses.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._shared: tuple[bytes, Image.Image] | None = None

    def __call__(self, data: bytes, name: str = "picture") -> Image.Image:
        shared, self._shared = self._shared, None
        if shared is not None and shared[0] is data:
            return shared[1]
        self.seconds = 0.0
        started = time.process_time()
        picture = decode(data, name)
        self.seconds = time.process_time() - started
        self._shared = data, picture
        return picture


def main() -> None:
    """Prints a line for every file; memory is counted from what the process holds before the first one."""
    wanted = sys.argv[1:] or [category.__name__ for category in CATEGORIES]
    categories = [category for category in CATEGORIES if any(w.split("/")[0] == category.__name__ for w in wanted)]
    written: list[str] = []
    shared = thumbnails.decode = sources.decode = SharedDecode()
    sys.addaudithook(lambda event, arguments: _watch(event, arguments, written))
    baseline = _memory("VmRSS")
    for name, data in corpus(categories):
        if not any(name == w or name.startswith(f"{w}/") for w in wanted):
            continue
        _start_of_peak()
        written.clear()
        results, seconds = {}, {}
        # The upload comes last: it may change the shared picture.
        for use, call in (("recipe", _recipe), ("thumbnail", thumbnails.thumbnail), ("upload", _upload)):
            started = time.process_time()
            results[use] = _outcome(call, data)
            seconds[use] = round(time.process_time() - started, 4)
        if "size" in results["upload"]:
            seconds["upload"] = round(seconds["upload"] + shared.seconds, 4)
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
    return {"size": source.size, "preview": len(source.preview)}


def _recipe(data: bytes) -> dict[str, object]:
    recipe = read_recipe(data)
    return {"json": len(recipe.to_json().encode())}


def _outcome(call, data: bytes) -> dict[str, object]:
    try:
        found = call(data)
        return found if isinstance(found, dict) else {"url": len(found)}
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
