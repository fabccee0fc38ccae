"""Mixins: data of one's own, judged by the JSON Schema whose URL the metadata names (D12)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import jsonschema_rs
import orjson

from ..errors import BadRequest


class MixinSchemaError(Exception):
    """A mixin schema that cannot be used."""


def check_mixins(
    body: Mapping[str, Any], schemas: Mapping[str, str], unknown_schema: Literal["accept", "reject"]
) -> None:
    """Raise BadRequest if a mixin of this body does not fit its schema.

    schemas: JSON Schema texts by URL. A URL that is not among them is accepted or rejected as `unknown` says;
    data without a URL is accepted.
    """
    urls = body.get("metadata", {}).get("mixins", {})
    for name, data in body.get("mixins", {}).items():
        url = urls.get(name)
        if url is not None:
            _check_mixin(name, data, schemas.get(url) if isinstance(url, str) else None, unknown_schema)


def _check_mixin(name: str, data: Any, schema: str | None, unknown_schema: str) -> None:
    field = f"/mixins/{name}"
    if schema is None:
        if unknown_schema == "reject":
            raise BadRequest(
                field=f"/metadata{field}", error_type="mixin", detail="No schema is known under this URL.", rule="D12"
            )
        return
    validator = compile_mixin_schema(schema)
    if not validator.is_valid(data):  # asked first, since it takes a quarter of the time
        error = next(validator.iter_errors(data))
        pointer = "".join(f"/{step}" for step in error.instance_path)
        raise BadRequest(field=field + pointer, error_type=error.kind.name, detail=error.message[:200], rule="D12")


@lru_cache(maxsize=1000)
def compile_mixin_schema(schema: str) -> jsonschema_rs.Validator:
    """Compile a schema of any draft from 4 to 2020-12; SchemaError if it is none or refers to the network.

    Patterns run in linear time, whatever they are: the schema's author is not always the server's user.
    """
    try:
        return jsonschema_rs.validator_for(
            orjson.loads(schema),
            validate_formats=True,
            retriever=_refuse_retrieval,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise MixinSchemaError(str(error).partition("\n")[0]) from None


def _refuse_retrieval(uri: str) -> Any:
    raise ValueError(f"{uri} is not here, and nothing is fetched")
