"""plotly.js as the installed plotly brings it, and where a browser finds it on this server."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path

import plotly
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route
from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from stylecore.imaging.files import write_whole

_log = logging.getLogger(__name__)
_SOURCE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_NAME = f"plotly-{plotly.__version__}.min.js"
_STATIC = Path(__file__).parents[2] / "static"  # which `streamlit run app.py` serves, since it lies beside app.py
ADDRESS = f"app/static/{_NAME}"
_A_YEAR = {"cache-control": "public, max-age=31536000, immutable"}  # the name changes with the version

_routes: list[Route] = []  # of this process's server, if it has its own


def plotly_route() -> Route:
    """Makes a server serve plotly.js right from its package, so that nothing is written; serve.py calls it once."""

    def serve(_: Request) -> FileResponse:
        return FileResponse(_SOURCE, media_type="text/javascript", headers=_A_YEAR)

    _routes.append(Route(f"/{ADDRESS}", serve))
    return _routes[-1]


def plotly_address() -> str:
    """The address of plotly.js on this server; empty if the file can't be put there, which the chart then says."""
    try:
        return ADDRESS if _routes else _copied_plotly()
    except OSError as error:
        return _plotly_in_memory(str(error))


def _plotly_in_memory(problem: str) -> str:
    """Serves plotly.js from memory, where the folder can't be written; a browser loads it anew for every session."""
    if get_script_run_ctx() is None or not exists():
        _log.warning("plotly.js could not be copied to %s: charts stay empty until it can: %s", _STATIC, problem)
        return ""
    address: str = get_instance().media_file_mgr.add(_SOURCE.read_bytes(), "text/javascript", "plotly.js")
    return address.lstrip("/")


@cache  # only success is cached: a full disk is tried again
def _copied_plotly() -> str:
    """Copies plotly.js to the static folder, unless it is there. Returns its address."""
    target = _STATIC / _NAME
    if not target.exists() or target.stat().st_size != _SOURCE.stat().st_size:
        target.parent.mkdir(exist_ok=True)
        write_whole(target, _SOURCE.read_bytes())
    return ADDRESS
