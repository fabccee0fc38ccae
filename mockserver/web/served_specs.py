"""The specs as the documentation serves them: with this server's URL, and a bearer token for every operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TOKEN_SCHEME = "MockserverToken"  # noqa: S105 - the name of the security scheme that served specs have in addition
SCHEME_DESCRIPTION = "Any token: one of the world, such as `admin-token`, or one that the server has issued."
METHODS = frozenset(("get", "put", "post", "delete", "options", "head", "patch", "trace"))

Document = Mapping[str, Any]


def localize_spec(spec: Document, url: str, *, takes_token: bool) -> dict[str, Any]:
    """Return a copy of a spec that can be imported and called as it is.

    url: where clients reach this server; it replaces relative URLs.
    takes_token: whether operations accept the tokens of the simulated API. Those that need one list `TOKEN_SCHEME` as
        the first alternative, because programs that import a spec take the first.
    """
    components = dict(spec.get("components", {}))
    schemes = {name: _localize_scheme(scheme, url) for name, scheme in components.get("securitySchemes", {}).items()}
    if "parameters" in components:
        components["parameters"] = {
            name: _leave_empty(parameter) for name, parameter in components["parameters"].items()
        }
    paths = {path: _localize_path(item, takes_token=takes_token) for path, item in spec["paths"].items()}
    localized = dict(spec) | {"servers": [{"url": url}], "paths": paths}
    if takes_token:
        schemes[TOKEN_SCHEME] = {"type": "http", "scheme": "bearer", "description": SCHEME_DESCRIPTION}
        localized |= _accept_token(spec)
    if schemes:
        components["securitySchemes"] = schemes
    if components:
        localized["components"] = components
    return localized


def _localize_scheme(scheme: Document, url: str) -> dict[str, Any]:
    """Return a security scheme with absolute URLs of its OAuth flows."""
    flows = {
        name: {key: url + text if key.endswith("Url") and text.startswith("/") else text for key, text in flow.items()}
        for name, flow in scheme.get("flows", {}).items()
    }
    return dict(scheme) | ({"flows": flows} if flows else {})


def _localize_path(item: Document, *, takes_token: bool) -> dict[str, Any]:
    localized = dict(item) | _leave_parameters_empty(item)
    for method in METHODS & item.keys():
        operation = item[method]
        token = _accept_token(operation) if takes_token else {}
        localized[method] = dict(operation) | _leave_parameters_empty(operation) | token
    return localized


def _leave_parameters_empty(owner: Document) -> dict[str, Any]:
    return {"parameters": list(map(_leave_empty, owner["parameters"]))} if "parameters" in owner else {}


def _leave_empty(parameter: Document) -> Document:
    """Return a parameter with the example "" if it is an optional text in the query without an example.

    A text without a value counts as absent; without an example, programs that import a spec would send `string`.
    """
    schema = parameter.get("schema", {})
    is_text = schema.get("type") == "string" and schema.keys().isdisjoint({"example", "default", "enum"})
    has_example = not parameter.keys().isdisjoint({"example", "examples"})
    if parameter.get("in") != "query" or parameter.get("required") or has_example or not is_text:
        return parameter
    return dict(parameter) | {"example": ""}


def _accept_token(owner: Document) -> dict[str, Any]:
    """Return the security of a spec or an operation with the bearer token; nothing if it has none, or needs none."""
    return {"security": [{TOKEN_SCHEME: []}, *owner["security"]]} if owner.get("security") else {}
