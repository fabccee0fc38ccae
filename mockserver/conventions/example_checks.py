"""Examples of published files that break their own schemas: the most frequent defect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from ..contract.spec import Spec
from ..contract.tolerance import LenientValidator
from ..messages import JSON_MEDIA_TYPE
from .defects import Defect


def find_broken_examples(spec: Spec) -> Iterator[Defect]:
    """Yield the examples of requests and replies that do not fit their schemas."""
    validators: dict[bytes, LenientValidator] = {}
    for path, item in spec.root["paths"].items():
        for method, operation in item.items():
            place = f"{method.upper()} {path}"
            for part, content in _list_contents(operation):
                media = content.get(JSON_MEDIA_TYPE)
                if media is not None and media["schema"]:
                    validator = validators.setdefault(
                        orjson.dumps(media["schema"]), LenientValidator(spec, media["schema"])
                    )
                    for name, value in _list_values(media):
                        error = validator.first_error(value)
                        if error is not None:
                            text = f"{error.field or '/'}: {error.detail}"
                            yield Defect("example", f"{place} {part} example {name}", text)


def _list_contents(operation: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if "requestBody" in operation:
        yield "request", operation["requestBody"]["content"]
    for status, reply in operation["responses"].items():
        yield status, reply.get("content", {})


def _list_values(media: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, example in media.get("examples", {}).items():
        yield name, example["value"]
    if "example" in media:
        yield "", media["example"]
