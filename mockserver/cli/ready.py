"""The ready line of a started server: its URL, tokens, and how to reset it."""

from __future__ import annotations

from collections.abc import Iterable
from shlex import quote

import orjson

from .. import __version__
from ..app import App
from ..contract.operations import Operation
from ..control.guard import CERTIFICATE_PATH, DASHBOARD_PATH, DOCS_PATH

FIRST_CALL = "GET-customer-segment-retrieve-segments-items"  # the operation that the ready line suggests
RESET = "reset"


def format_ready_line(app: App, url: str, seconds: float) -> str:
    """Return one line of JSON or a few lines of text, as the settings say; `seconds` is how long the start took."""
    as_json = app.settings.log_format == "json"
    return _ready_json(app, url, seconds) if as_json else _ready_text(app, url, seconds)


def _ready_json(app: App, url: str, seconds: float) -> str:
    facts = {
        "event": "ready",
        "version": __version__,
        "url": url,
        **({"tls": _tls_facts(app)} if app.settings.is_tls else {}),
        "world": app.world.seed.name,
        **({"scenario": app.scenarios.general.name} if app.scenarios.general else {}),
        "tenant": app.settings.tenant,
        "operations": len(app.api_operations),
        "services": app.services,
        "tokens": _offered_tokens(app),
        "reset": f"POST {url}{_path(app.control_operations, RESET)}",
        **({} if app.guard.is_closed else {"dashboard": url + DASHBOARD_PATH}),
        **({"adminToken": app.guard.token} if app.guard.token else {}),
        "seconds": round(seconds, 3),
    }
    return orjson.dumps(facts).decode()


def _ready_text(app: App, url: str, seconds: float) -> str:
    tenant = app.settings.tenant
    token = app.world.tokens.suggest_token(tenant) if app.settings.auth == "on" else None
    options = _curl_options(app, token or "")
    first_path = _path(app.api_operations, FIRST_CALL).format(tenant=tenant)
    return "\n".join(
        [
            f"emporix-mockserver {__version__} is ready at {url} after {seconds:.2f} s (Ctrl-C stops it)",
            f"  serves  {', '.join(app.services)}; other services of the vendor are not simulated",
            f"  world   {app.world.seed.name}, {len(app.api_operations)} operations, tenant {tenant} or any other name",
            f"  tokens  {_describe_tokens(app)}",
            *_scenario_lines(app),
            f"  try     curl {options}{url}{first_path}",
            *_tls_lines(app, url),
            *_control_lines(app, url),
        ]
    )


def _tls_facts(app: App) -> dict[str, str]:
    """Return the hash of the key that browsers can be told to trust, and the file of the authority if it is our own."""
    identity = app.certificates.identify()
    return {"spki": identity.spki} | ({"authority": str(identity.authority.path)} if identity.authority else {})


def _tls_lines(app: App, url: str) -> list[str]:
    if not app.settings.is_tls:
        return []
    facts = _tls_facts(app)
    authority = f"authority {facts['authority']} ({url}{CERTIFICATE_PATH}), " if "authority" in facts else ""
    return [f"  tls     {authority}SPKI hash {facts['spki']}"]


def _curl_options(app: App, token: str) -> str:
    """Return the options of curl that trust the authority and send a token; "" for none."""
    path = _tls_facts(app).get("authority") if app.settings.is_tls else None
    trust = f"--cacert {quote(path)} " if path else ""
    return trust + (f"-H 'Authorization: Bearer {token}' " if token else "")


def _describe_tokens(app: App) -> str:
    if app.settings.auth == "off":
        return "none needed (--auth off)"
    of_customers = ["customer:ID for each customer"] if app.world.seed.customer_scopes else []
    return ", ".join([*_offered_tokens(app), *of_customers]) or "none (access: only)"


def _offered_tokens(app: App) -> list[str]:
    return [token for token, _ in app.world.tokens.list_offered(app.settings.tenant)]


def _scenario_lines(app: App) -> list[str]:
    """Return what all tenants play; nothing without a scenario."""
    scenario = app.scenarios.general
    return [f"  plays   {scenario.name}: {scenario.title}"] if scenario else []


def _control_lines(app: App, url: str) -> list[str]:
    """Return how to reset, and where documentation and dashboard are, or that the control plane is disabled."""
    if app.guard.is_closed:
        return ["  reset   restart the server; the control plane is disabled (--no-admin)"]
    options = _curl_options(app, app.guard.token)
    reset_path = _path(app.control_operations, RESET)
    return [
        f"  reset   curl -X POST {options}{url}{reset_path}",
        f"  docs    {url}{DOCS_PATH}/",
        f"  ui      {url}{DASHBOARD_PATH}",
    ]


def _path(operations: Iterable[Operation], operation_id: str) -> str:
    return next(operation.path for operation in operations if operation.id == operation_id)
