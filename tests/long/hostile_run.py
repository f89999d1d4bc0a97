"""Takes every hostile file through all that an upload goes through, and tells of each in a line of JSON.

`python -m tests.long.hostile_run [PART OF A NAME]`, in a process of its own so that memory and writing can be watched.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from stylecore.artifacts.recipe import RecipeError, read_recipe
from stylecore.imaging.images import ImageError
from stylecore.ui.widgets.picture_input import make_source, thumbnail_url
from tests.support.hostile import corpus

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
    """Prints a line for every file; memory is told as what the process has beyond that of an idle page."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    postprocessed: list[str] = []
    sys.addaudithook(lambda event, arguments: _watch(event, arguments, postprocessed))
    baseline = _memory("VmRSS")
    for name, data in corpus():
        if wanted not in name:
            continue
        _start_of_peak()
        postprocessed.clear()
        results, seconds = {}, {}
        for use, call in (("upload", _upload), ("recipe", _recipe), ("thumbnail", thumbnail_url)):
            started = time.process_time()
            results[use] = _outcome(call, data)
            seconds[use] = round(time.process_time() - started, 4)
        line = {
            "name": name,
            "bytes": len(data),
            "results": results,
            "seconds": seconds,
            "mb": round(_memory("VmHWM") - baseline, 1),
            "postprocessed": list(postprocessed),
        }
        print(json.dumps(line), flush=True)


def _upload(data: bytes) -> dict[str, object]:
    source = make_source("a file of a stranger", data)
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


def _watch(event: str, arguments: tuple[object, ...], postprocessed: list[str]) -> None:
    if event == "open":
        path, mode, flags = arguments
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & WRITING):
            postprocessed.append(f"open {path!r}")
    elif event in FORBIDDEN or event.startswith(CHANGING):
        postprocessed.append(f"{event} {arguments!r:.200}")


def _start_of_peak() -> None:
    """Forgets the peak of memory so far."""
    Path("/proc/self/clear_refs").write_bytes(b"5")


def _memory(name: str) -> float:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main()
