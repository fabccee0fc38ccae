"""Valid bodies and JSON Patch, written independently of the product (D1, D11, D12, D17)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from typing import Any

from tests.support.samples import ATTRIBUTES

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class InvalidPatch(Exception):
    """The patch cannot be applied."""


def has_id(element: Any, name: str = "id") -> bool:
    return isinstance(element, dict) and is_id(element.get(name))


def is_id(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def is_segment(body: Any, *, new: bool) -> bool:
    """Return whether this is a valid segment. A new one may have an `id`; its version is ignored."""
    return (
        isinstance(body, dict)
        and _is_text_map(body.get("name"))
        and isinstance(body.get("siteCode"), str)
        and _is_text_map(body.get("description", {}))
        and body.get("status", "ACTIVE") in ("ACTIVE", "INACTIVE")
        and _is_validity(body.get("validity", {}))
        and (not new or is_id(body.get("id", "generated")))
        and has_valid_extras(body, versioned=not new)
    )


def has_valid_extras(body: Any, *, versioned: bool = True) -> bool:
    """Return whether `mixins` and `metadata` of a body are valid or absent."""
    if not isinstance(body, dict) or not isinstance(body.get("mixins", {}), dict):
        return False
    metadata = body.get("metadata", {})
    return (
        isinstance(metadata, dict)
        and isinstance(metadata.get("mixins", {}), dict)
        and (not versioned or type(metadata.get("version", 1)) is int)
    )


def are_mixins_valid(body: dict[str, Any]) -> bool:
    """Return whether mixin data matches the one schema that the world has. Data of other URLs is not checked."""
    urls = body.get("metadata", {}).get("mixins", {})
    return all(
        isinstance(data, dict) and data.get("membershipStatus", "VIP") in ("STANDARD", "PREMIUM", "VIP")
        for name, data in body.get("mixins", {}).items()
        if urls.get(name) == ATTRIBUTES
    )


def is_patch(body: Any) -> bool:
    return isinstance(body, list) and all(_is_operation(operation) for operation in body)


def apply_patch(document: dict[str, Any], operations: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a patched copy; InvalidPatch if an operation cannot be applied."""
    copy = deepcopy(document)
    for operation in operations:
        *parents, last = _pointer_tokens(operation["path"])
        holder: Any = copy
        for step in parents:
            holder = holder[_resolve_token(holder, step, adds=False)]
        key = _resolve_token(holder, last, adds=operation["op"] == "add")
        if operation["op"] == "remove":
            del holder[key]
        elif "value" not in operation:
            raise InvalidPatch("no value")
        elif isinstance(holder, list) and operation["op"] == "add":
            holder.insert(key, operation["value"])
        else:
            holder[key] = operation["value"]
    return copy


def _is_text_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _is_validity(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_time(value[end]) for end in ("from", "to") if end in value)


def _is_time(value: Any) -> bool:
    if not isinstance(value, str) or not TIME.fullmatch(value):
        return False
    try:
        return bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _is_operation(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.get("op") in ("add", "remove", "replace")
        and isinstance(value.get("path"), str)
    )


def _pointer_tokens(pointer: str) -> Iterator[str]:
    if not pointer.startswith("/"):
        raise InvalidPatch("not a place inside the segment")
    return (step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))


def _resolve_token(holder: Any, step: str, *, adds: bool) -> Any:
    """Return the key or the index of a pointer's token in this container; InvalidPatch if it has no such entry."""
    if isinstance(holder, dict) and (adds or step in holder):
        return step
    if isinstance(holder, list):
        places = [str(index) for index in range(len(holder) + adds)]
        if step in places:
            return int(step)
        if adds and step == "-":
            return len(holder)
    raise InvalidPatch(f"nothing at {step}")
