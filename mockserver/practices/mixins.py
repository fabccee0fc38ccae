"""Mixins: data of one's own, judged by the JSON Schema whose URL the metadata names (D12)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import jsonschema_rs
import orjson

from ..errors import BadRequest


class SchemaError(Exception):
    """A mixin schema that cannot be used."""


def check(body: Mapping[str, Any], schemas: Mapping[str, str], unknown: Literal["accept", "reject"]) -> None:
    """Raise BadRequest if a mixin of this body does not fit its schema.

    schemas: JSON Schema texts by URL. A URL that is not among them is accepted or rejected as `unknown` says;
    data without a URL is accepted.
    """
    urls = body.get("metadata", {}).get("mixins", {})
    for name, data in body.get("mixins", {}).items():
        url = urls.get(name)
        if url is not None:
            _check_one(name, data, schemas.get(url) if isinstance(url, str) else None, unknown)


def _check_one(name: str, data: Any, schema: str | None, unknown: str) -> None:
    field = f"/mixins/{name}"
    if schema is None:
        if unknown == "reject":
            raise BadRequest(
                field=f"/metadata{field}", kind="mixin", detail="No schema is known under this URL.", rule="D12"
            )
        return
    judge = compiled(schema)
    if not judge.is_valid(data):  # asked first, since it takes a quarter of the time
        error = next(judge.iter_errors(data))
        pointer = "".join(f"/{step}" for step in error.instance_path)
        raise BadRequest(field=field + pointer, kind=error.kind.name, detail=error.message[:200], rule="D12")


@lru_cache(maxsize=1000)
def compiled(schema: str) -> jsonschema_rs.Validator:
    """Compile a schema of any draft from 4 to 2020-12; SchemaError if it is none or refers to the network.

    Patterns run in linear time, whatever they are: the schema's author is not always the server's user.
    """
    try:
        return jsonschema_rs.validator_for(
            orjson.loads(schema),
            validate_formats=True,
            retriever=_refuse,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise SchemaError(str(error).partition("\n")[0]) from None


def _refuse(uri: str) -> Any:
    raise ValueError(f"{uri} is not here, and nothing is fetched")
