"""`stylecore app`: starts the dashboard from any folder."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from stylecore.errors import UserError

LOOPBACK = "127.0.0.1"
OWN_NAMES = ("localhost", LOOPBACK, "[::1]")  # under which a browser on this machine reaches the loopback


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    parser.add_argument(
        "--address", default=LOOPBACK, help=f"where to listen; 0.0.0.0 lets other machines in (default {LOOPBACK})"
    )
    parser.add_argument("--port", type=int, default=8501, metavar="N", help="(default 8501)")
    parser.add_argument(
        "streamlit", nargs="*", metavar="-- OPTION", help="options of `streamlit run`, such as --server.headless true"
    )


def start(options: argparse.Namespace) -> int:
    """Turns this process into the server of the dashboard; returns only if that fails."""
    command = serve_command(options.address, options.port, options.streamlit)
    os.execv(command[0], command)


def serve_command(address: str, port: int, more: list[str]) -> list[str]:
    """The command line of the server.

    On the loopback it answers to the names of this machine alone, so that no page of a stranger can reach it through a
    name of its own (DNS rebinding); who lets other machines in names the hosts with `--server.allowedHosts`.

    Args:
        address: where to listen.
        port: of TCP.
        more: options of `streamlit run`.
    """
    command = [sys.executable, "-m", "streamlit", "run", str(dashboard_folder() / "serve.py")]
    command += ["--server.address", address, "--server.port", str(port)]
    command += ["--browser.serverAddress", address]  # or Streamlit asks an outside host for the address of this one
    command += ["--server.enableStaticServing", "false"]  # serve.py serves plotly.js, the one static file
    if address == LOOPBACK:
        command += [option for name in OWN_NAMES for option in ("--server.allowedHosts", name)]
    return command + more


def dashboard_folder() -> Path:
    """The folder of serve.py, app.py and pages: in the installed package, or at the root of a checkout.

    Raises:
        UserError: if the dashboard isn't there.
    """
    package = Path(__file__).parents[1]
    for folder in (package / "dashboard", package.parent):
        if (folder / "serve.py").is_file():
            return folder
    raise UserError(f"the dashboard is missing beside {package}: install stylecore again.")
