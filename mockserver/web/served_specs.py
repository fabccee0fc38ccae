"""The specs as the documentation serves them: with this server's URL, and a bearer token for every operation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

TOKEN_SCHEME = "MockserverToken"  # noqa: S105 - the name of the security scheme that served specs have in addition
SCHEME_DESCRIPTION = "Any token: one of the world{example}, or one that the server has issued."
EXAMPLES = frozenset(("example", "examples"))
METHODS = frozenset(("get", "put", "post", "delete", "options", "head", "patch", "trace"))

Document = Mapping[str, Any]


def localize_spec(
    spec: Document, url: str, *, takes_token: bool, tokens: Sequence[str] = (), ids: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return a copy of a spec that can be imported and called as it is.

    url: where clients reach this server; it replaces relative URLs.
    takes_token: whether operations accept the tokens of the simulated API. Those that need one list `TOKEN_SCHEME` as
        the first alternative, because programs that import a spec take the first.
    tokens: those of the world. ids: what to write in examples instead of the ids of the default world.
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
        schemes[TOKEN_SCHEME] = {"type": "http", "scheme": "bearer", "description": _describe_token(tokens)}
        localized |= _accept_token(spec)
    if schemes:
        components["securitySchemes"] = schemes
    if components:
        localized["components"] = components
    return _rename_in_examples(localized, ids) if ids else localized


def _describe_token(tokens: Sequence[str]) -> str:
    return SCHEME_DESCRIPTION.format(example=f", such as `{tokens[0]}`" if tokens else "")


def _rename_in_examples(spec: Any, ids: Mapping[str, str]) -> Any:
    """Return a part of a spec whose examples have other ids."""
    longest_first = sorted(ids, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])")

    def rename(part: Any, *, is_example: bool) -> Any:
        if isinstance(part, Mapping):
            return {name: rename(value, is_example=is_example or name in EXAMPLES) for name, value in part.items()}
        if isinstance(part, list):
            return [rename(value, is_example=is_example) for value in part]
        return pattern.sub(lambda match: ids[match[0]], part) if is_example and isinstance(part, str) else part

    return rename(spec, is_example=False)


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
