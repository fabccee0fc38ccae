"""The ready line: where the server is, which tokens work, how to reset."""

from __future__ import annotations

import orjson

from .. import __version__
from ..app import App


def format_ready_line(app: App, url: str, seconds: float) -> str:
    """Return the line (JSON) or the few lines (text) that a started server prints."""
    as_json = app.settings.log_format == "json"
    return _ready_json(app, url, seconds) if as_json else _ready_text(app, url, seconds)


def _ready_json(app: App, url: str, seconds: float) -> str:
    facts = {
        "event": "ready",
        "version": __version__,
        "url": url,
        "world": app.world.seed.name,
        "tenant": app.settings.tenant,
        "operations": len(app.api_operations),
        "tokens": app.world.tokens.seed_tokens,
        "reset": f"POST {url}/__admin/reset",
        **({"adminToken": app.guard.token} if app.guard.token else {}),
        "seconds": round(seconds, 3),
    }
    return orjson.dumps(facts).decode()


def _ready_text(app: App, url: str, seconds: float) -> str:
    tenant = app.settings.tenant
    auth = f"-H 'Authorization: Bearer {app.world.tokens.seed_tokens[0]}' " if app.settings.auth == "on" else ""
    tokens = ", ".join(app.world.tokens.seed_tokens) if app.settings.auth == "on" else "none needed (--auth off)"
    return "\n".join(
        [
            f"emporix-mockserver {__version__} is ready at {url} after {seconds:.2f} s (Ctrl-C stops it)",
            f"  world   {app.world.seed.name}, {len(app.api_operations)} operations, tenant {tenant} or any other name",
            f"  tokens  {tokens}",
            f"  try     curl {auth}{url}/customer-segment/{tenant}/segments/items",
            *_control_lines(app, url),
        ]
    )


def _control_lines(app: App, url: str) -> list[str]:
    """Say how to reset, or why that cannot be done from outside."""
    if app.guard.is_closed:
        return ["  reset   restart the server; the control plane is disabled (--no-admin)"]
    token = f"-H 'Authorization: Bearer {app.guard.token}' " if app.guard.token else ""
    return [f"  reset   curl -X POST {token}{url}/__admin/reset", f"  docs    {url}/__admin/docs/"]
