"""Repairs of operations: ids, parameters, bodies and replies, so that each can be compiled and served."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..contract.spec import Spec, SpecError
from ..messages import JSON_MEDIA_TYPE
from ..wording import shorten
from .defects import Defect
from .schema_repairs import repair_schema

LOCATIONS = ("path", "query", "header")
IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})  # OpenAPI ignores parameters with these names
COUNT_PARAMETER = "X-Total-Count"  # the header that requests the number of rows, and the one that has it
NOT_IN_IDS = re.compile(r"[^A-Za-z0-9]+")
STATUS = re.compile(r"[1-5][0-9]{2}")
STATUS_RANGE = re.compile(r"([1-5])XX", re.IGNORECASE)
FIRST_SERVER_ERROR = 500


class OperationRepairs:
    """Repairs the operations of one file; `ids` has the operationIds so far."""

    def __init__(self, spec: Spec, defects: list[Defect]) -> None:
        self._spec, self._defects = spec, defects
        self.ids: list[str] = []

    def report(self, kind: str, place: str, text: str) -> None:
        """Add a defect."""
        self._defects.append(Defect(kind, place, text))

    def repair_operation(self, method: str, path: str, item: Mapping[str, Any], place: str) -> dict[str, Any] | None:
        """Return an operation that can be compiled; None if it cannot be served."""
        node = item[method]
        if not isinstance(node, dict):
            self.report("operation", place, "An operation must be an object.")
            return None
        repaired: dict[str, Any] = {
            name: str(node[name]) for name in ("summary", "description") if isinstance(node.get(name), str)
        }
        repaired["operationId"] = self._name_operation(node, method, path, place)
        parameters = [*_as_list(item.get("parameters")), *_as_list(node.get("parameters"))]
        repaired["parameters"] = self._repair_parameters(parameters, path, place)
        body = self._repair_body(node.get("requestBody"), place) if "requestBody" in node else None
        if body is not None:
            repaired["requestBody"] = body
        repaired["responses"] = self._repair_replies(node.get("responses"), place)
        names = {(parameter["in"], parameter["name"].lower()) for parameter in repaired["parameters"]}
        ok = repaired["responses"].get("200")
        if ok is not None and ("header", COUNT_PARAMETER.lower()) in names:
            ok["headers"] = {COUNT_PARAMETER: {"schema": {"type": "string"}}}
        repaired["security"] = self._repair_security(node, place)
        if node.get("deprecated") is True:
            repaired["deprecated"] = True
        return repaired

    def _name_operation(self, node: Mapping[str, Any], method: str, path: str, place: str) -> str:
        declared = node.get("operationId")
        name = declared.strip() if isinstance(declared, str) else ""
        if not name:
            name = f"{method.upper()}-{NOT_IN_IDS.sub('-', path).strip('-')}"
            self.report("operation", place, f"It lacks an operationId; it is called {name} here.")
        if name in self.ids:
            number = next(number for number in range(2, len(self.ids) + 3) if f"{name}-{number}" not in self.ids)
            self.report("operation", place, f"Its operationId {name} is taken; it is called {name}-{number} here.")
            name = f"{name}-{number}"
        self.ids.append(name)
        return name

    def _repair_parameters(self, nodes: Iterable[Any], path: str, place: str) -> list[dict[str, Any]]:
        """Return the parameters: each with a schema, those of the path exactly the ones that the path names."""
        in_path = re.findall(r"\{([^{}]*)\}", path)
        repaired: dict[tuple[str, str], dict[str, Any]] = {}
        for node in nodes:
            parameter = self._resolve(node, "parameter", place)
            name, location = parameter.get("name"), parameter.get("in")
            if not isinstance(name, str) or not name or location not in LOCATIONS:
                if location != "cookie":
                    self.report("parameter", place, f"A parameter lacks a name or a place: {shorten(repr(node))}.")
            elif location == "path" and name not in in_path:
                if not (len(in_path) and "tenant" in name.lower()):
                    self.report("parameter", place, f"The path has no {{{name}}}.")
            elif not (location == "header" and name.lower() in IGNORED_HEADERS):
                repaired[location, name] = self._repair_parameter(parameter, f"{place} parameter {name}")
        for name in in_path:
            if ("path", name) not in repaired:
                if name != "tenant":
                    self.report("parameter", place, f"The parameter {name} of the path is not declared.")
                repaired["path", name] = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        return list(repaired.values())

    def _repair_parameter(self, node: Mapping[str, Any], place: str) -> dict[str, Any]:
        schema = node.get("schema")
        if not isinstance(schema, dict):
            self.report("parameter", place, "It lacks a schema.")
            schema = {"type": node["type"]} if isinstance(node.get("type"), str) else {}
        is_required = node["in"] == "path" or node.get("required") is True
        repaired = repair_schema(schema, place, self._defects)
        text = {"description": node["description"]} if isinstance(node.get("description"), str) else {}
        return {"name": node["name"], "in": node["in"], "required": is_required, **text, "schema": repaired}

    def _repair_body(self, node: Any, place: str) -> dict[str, Any] | None:
        body = self._resolve(node, "body", place)
        content = self._repair_content(body.get("content"), "body", place)
        if not content:
            self.report("body", place, "A request body lacks its content.")
            return None
        return {"required": body.get("required") is True, "content": content}

    def _repair_replies(self, nodes: Any, place: str) -> dict[str, Any]:
        """Return the replies by status; errors of the server need an injected fault."""
        repaired: dict[str, Any] = {}
        for key, node in (nodes if isinstance(nodes, dict) else {}).items():
            status = STATUS_RANGE.sub(r"\g<1>00", str(key))
            if not STATUS.fullmatch(status):
                if key != "default":
                    self.report("reply", place, f"{shorten(str(key))} is not a status.")
                continue
            reply = self._resolve(node, "reply", f"{place} {status}")
            content = self._repair_content(reply.get("content"), "reply", f"{place} {status}")
            headers = reply.get("headers")
            repaired[status] = {
                "description": str(reply.get("description", "")),
                **({"content": content} if content else {}),
                **({"headers": _keep_objects(headers)} if isinstance(headers, dict) else {}),
                **({"x-fault-only": True} if int(status) >= FIRST_SERVER_ERROR else {}),
            }
        if not any(status[0] in "23" for status in repaired):
            self.report("reply", place, "No status of success is declared; 200 is used.")
            repaired["200"] = {"description": ""}
        return repaired

    def _repair_content(self, nodes: Any, kind: str, place: str) -> dict[str, Any]:
        """Return the content by media type, each with a schema and with plain examples."""
        repaired: dict[str, Any] = {}
        for name, node in (nodes if isinstance(nodes, dict) else {}).items():
            media_type = str(name).partition(";")[0].strip().lower()
            if "/" not in media_type:
                self.report(kind, place, f"{shorten(str(name))} is not a media type; {JSON_MEDIA_TYPE} is used.")
                media_type = JSON_MEDIA_TYPE
            media = node if isinstance(node, dict) else {}
            schema = repair_schema(media["schema"], f"{place} {kind}", self._defects) if "schema" in media else {}
            repaired[media_type] = {"schema": schema, **self._repair_examples(media, place)}
        return repaired

    def _repair_examples(self, media: Mapping[str, Any], place: str) -> dict[str, Any]:
        declared = media.get("examples")
        examples: dict[str, Any] = {}
        for name, node in (declared if isinstance(declared, dict) else {}).items():
            example = self._resolve(node, "reply", f"{place} example {name}")
            if "value" in example:
                examples[str(name)] = {"value": example["value"]}
        if examples:
            return {"examples": examples}
        return {"example": media["example"]} if "example" in media else {}

    def _repair_security(self, node: Mapping[str, Any], place: str) -> list[dict[str, list[str]]]:
        declared = node.get("security", self._spec.root.get("security"))
        if not isinstance(declared, list):
            self.report("security", place, "It declares no security, so it needs no token.")
            return []
        return [
            {str(scheme): [str(scope) for scope in _as_list(scopes)] for scheme, scopes in requirement.items()}
            for requirement in declared
            if isinstance(requirement, dict)
        ]

    def _resolve(self, node: Any, kind: str, place: str) -> Mapping[str, Any]:
        """Return what a node refers to; an empty object, and a defect, if that is not an object."""
        try:
            resolved = self._spec.resolve(node) if isinstance(node, dict) else None
        except SpecError as error:
            self.report(kind, place, str(error).partition(": ")[2])
            return {}
        if not isinstance(resolved, dict):
            self.report(kind, place, f"An object is needed, not {shorten(repr(node))}.")
            return {}
        return resolved


def _as_list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []


def _keep_objects(nodes: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): node for name, node in nodes.items() if isinstance(node, dict)}
