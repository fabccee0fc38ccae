"""The specs as the documentation serves them: with this server's URL, and a bearer token for every operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TOKEN_SCHEME = "MockserverToken"  # noqa: S105 - the name of the security scheme that served specs have in addition
SCHEME_DESCRIPTION = "Any token: one of the world, such as `admin-token`, or one that the server has issued."
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

Document = Mapping[str, Any]


def localize_spec(spec: Document, url: str, *, takes_token: bool) -> dict[str, Any]:
    """Return a copy of a spec that can be imported and called as it is.

    url: where clients reach this server; it replaces relative URLs.
    takes_token: whether operations accept the tokens of the simulated API. Those that need one list `TOKEN_SCHEME` as
        the first alternative, because programs that import a spec take the first.
    """
    components = dict(spec.get("components", {}))
    schemes = {name: _localize_scheme(scheme, url) for name, scheme in components.get("securitySchemes", {}).items()}
    localized = dict(spec) | {"servers": [{"url": url}]}
    if takes_token:
        schemes[TOKEN_SCHEME] = {"type": "http", "scheme": "bearer", "description": SCHEME_DESCRIPTION}
        localized |= _accept_token(spec)
        localized["paths"] = {path: _localize_path(item) for path, item in spec["paths"].items()}
    if schemes:
        localized["components"] = components | {"securitySchemes": schemes}
    return localized


def _localize_scheme(scheme: Document, url: str) -> dict[str, Any]:
    """Return a security scheme with absolute URLs of its OAuth flows."""
    flows = {
        name: {key: url + text if key.endswith("Url") and text.startswith("/") else text for key, text in flow.items()}
        for name, flow in scheme.get("flows", {}).items()
    }
    return dict(scheme) | ({"flows": flows} if flows else {})


def _localize_path(item: Document) -> dict[str, Any]:
    return {name: dict(part) | _accept_token(part) if name in METHODS else part for name, part in item.items()}


def _accept_token(owner: Document) -> dict[str, Any]:
    """Return the security of a spec or an operation with the bearer token; nothing if it has none, or needs none."""
    return {"security": [{TOKEN_SCHEME: []}, *owner["security"]]} if owner.get("security") else {}
