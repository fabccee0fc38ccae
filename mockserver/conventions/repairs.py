"""Repairs of published files: makes a spec that can be compiled, and names what was wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..contract.operations import CUSTOMER_SCHEME, HTTP_METHODS
from ..contract.spec import Spec, SpecError
from .defects import Defect
from .operation_repairs import OperationRepairs
from .overlay import Overlay
from .published_file import PublishedFile
from .schema_repairs import repair_schema

TENANT = "tenant"  # the name of the path parameter with the tenant
TOKEN = "token"  # noqa: S105 - in an overlay: the tenant is that of the token
IDS = re.compile(r"\{([^{}]*)\}")
STEP = re.compile(r"\{[^{}/]+\}|[^{}]*")  # matches a whole step of a path that can be routed
TENANT_NAMES = (TENANT, "tenantName", "tenantId", "tenant-name")


@dataclass(slots=True)
class RepairedFile:
    """A published file that can be compiled.

    spec: its content, repaired; the schemas are advice only. defects: what was wrong.
    """

    file: PublishedFile
    spec: Spec
    defects: list[Defect] = field(default_factory=list)


def repair_file(file: PublishedFile, name: str) -> RepairedFile:
    """Return a published file that can be compiled, as the spec of a service with this name."""
    defects: list[Defect] = []
    root, overlay = file.root, file.overlay
    components = root.get("components")
    declared = components.get("schemas") if isinstance(components, dict) else None
    schemas = {
        key: repair_schema(schema, f"schema {key}", defects)
        for key, schema in (declared if isinstance(declared, dict) else {}).items()
    }
    operations = OperationRepairs(Spec(file.path, root), defects)
    paths = _repair_paths(file, operations)
    overlay.check_operations(operations.ids)
    _set_scopes(paths, overlay)
    info = root.get("info")
    title = info.get("title") if isinstance(info, dict) else None
    repaired = {
        "openapi": "3.0.0",
        "info": {"title": str(title or name), "version": "published"},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {**_keep_components(components), "schemas": schemas, "securitySchemes": _list_schemes(paths)},
    }
    return RepairedFile(file, Spec(Path(f"{name}.yaml"), repaired, compiles_late=True, is_tolerant=True), defects)


def _keep_components(components: Any) -> dict[str, Any]:
    """Return the sections of the components that are objects, since references of schemas may lead into them."""
    sections = components.items() if isinstance(components, dict) else ()
    return {str(name): section for name, section in sections if isinstance(section, dict)}


def base_path(root: Mapping[str, Any]) -> str:
    """Return the path of the first server of a published file; "" for none."""
    servers = root.get("servers")
    server = servers[0] if isinstance(servers, list) and servers else {}
    url = server.get("url") if isinstance(server, dict) else None
    if not isinstance(url, str):
        return ""
    path = urlsplit(url).path if "://" in url else url
    return "" if "{" in path else "/".join(["", *filter(None, path.split("/"))]) if path.strip("/") else ""


def _repair_paths(file: PublishedFile, operations: OperationRepairs) -> dict[str, Any]:
    """Return the paths with the base path of the server, and with `{tenant}` as the name of the tenant."""
    prefix = base_path(file.root)
    paths: dict[str, Any] = {}
    methods_by_shape: dict[tuple[str, str], str] = {}
    for template, item in file.root["paths"].items():
        path = prefix + _name_tenant(template.partition("?")[0], file.overlay)
        if not isinstance(item, dict):
            operations.report("operation", template, "A path must have operations.")
            continue
        if not _can_be_routed(path):
            operations.report("operation", template, "This path cannot be served: an id must be a whole step.")
            continue
        for method in HTTP_METHODS:
            if method not in item:
                continue
            place = f"{method.upper()} {template}"
            shape = IDS.sub("{}", path)
            if (method, shape) in methods_by_shape:
                operations.report("operation", place, f"It has the same path as {methods_by_shape[method, shape]}.")
                continue
            methods_by_shape[method, shape] = place
            node = operations.repair_operation(method, path, item, place)
            if node is not None:
                paths.setdefault(path, {})[method] = node
    if not paths:
        raise SpecError(file.path, "has no operation that can be served; each path needs `get`, `put`, `post`, …")
    return paths


def _name_tenant(template: str, overlay: Overlay) -> str:
    """Return a path in which the parameter with the tenant is called so."""
    names = (overlay.tenant,) if overlay.tenant else TENANT_NAMES
    if overlay.tenant == TOKEN:
        return template.replace("{tenant}", "{tenantId}")
    for name in names:
        if f"{{{name}}}" in template:
            return template.replace(f"{{{name}}}", "{tenant}")
    return template


def _can_be_routed(path: str) -> bool:
    names = IDS.findall(path)
    return path.startswith("/") and len(names) == len(set(names)) and all(map(STEP.fullmatch, path.split("/")))


def _set_scopes(paths: Mapping[str, Any], overlay: Overlay) -> None:
    """Let operations need the scopes that the overlay names."""
    for node in _iter_operations(paths):
        scopes = overlay.of_operation(node["operationId"]).scopes
        if scopes is not None:
            node["security"] = [{"OAuth2": [scope]} for scope in scopes] or [{"OAuth2": []}]


def _list_schemes(paths: Mapping[str, Any]) -> dict[str, Any]:
    """Return the security schemes that operations name, with all scopes that they need."""
    scopes_by_scheme: dict[str, dict[str, str]] = {}
    for node in _iter_operations(paths):
        for requirement in node["security"]:
            for scheme, scopes in requirement.items():
                scopes_by_scheme.setdefault(scheme, {}).update({scope: f"`{scope}`" for scope in scopes})
    return {name: _describe_scheme(name, scopes) for name, scopes in scopes_by_scheme.items()}


def _describe_scheme(name: str, scopes: dict[str, str]) -> dict[str, Any]:
    if not scopes or name == CUSTOMER_SCHEME:
        return {"type": "http", "scheme": "bearer"}
    return {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": scopes}}}


def _iter_operations(paths: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in paths.values():
        yield from item.values()
