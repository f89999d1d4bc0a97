"""Whether and where this server keeps results on disk: as its operator says, else only on a person's own machine."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from stylecore.ui.streamlit_amended import PROXIES

VARIABLE = "STYLECORE_STORE"
OFF = ("", "off")


def store_folder(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The folder of this server's store; None if it keeps nothing on disk.

    Args:
        environment: variables by name; `STYLECORE_STORE` names a folder, or is "off" or empty.
    """
    if (said := environment.get(VARIABLE)) is not None:
        return None if said.strip().lower() in OFF else Path(said).expanduser().absolute()
    return usual_folder(environment) if is_own_machine(environment) else None


def is_own_machine(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether only this machine reaches the server: it listens on the loopback, and to no proxy."""
    address = st.config.get_option("server.address") or ""
    return (address == "localhost" or _is_loopback(address)) and PROXIES not in environment


def usual_folder(environment: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Where programs of this platform keep what they go on with; see the XDG specification for Linux."""
    home = Path.home()
    if platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / "stylecore"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "stylecore"
    state = Path(environment.get("XDG_STATE_HOME", ""))
    return (state if state.is_absolute() else home / ".local" / "state") / "stylecore"


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
