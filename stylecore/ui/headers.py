"""Headers of every answer of `stylecore app`, which tell a browser what the pages never need."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ProtectiveHeaders:
    """ASGI middleware that adds `protective_headers` to every answer.

    No other site can frame the pages or learn their addresses, and no file passes for one of another type. The content
    security policy lets a page load from its own server alone. Two gaps are Streamlit's own: it styles with inline CSS,
    and loads the JavaScript of components from `blob:` addresses.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = [(name.encode(), text.encode()) for name, text in protective_headers().items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def protective_headers() -> dict[str, str]:
    """The headers by name."""
    policy = {
        "default-src": "'self'",
        "script-src": f"'self' blob: {_inline_scripts()}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }


def _inline_scripts() -> str:
    """Hashes of the scripts that Streamlit's own index.html holds, as a content security policy names them."""
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    scripts = re.findall(r"<script>(.*?)</script>", page.read_text(encoding="utf-8"), re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)
