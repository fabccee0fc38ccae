"""JSON Patch (RFC 6902) with the operations that the services accept: `add`, `remove`, `replace` (D11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jsonpatch import JsonPatch, JsonPatchException
from jsonpointer import JsonPointerException

from ..errors import BadRequest
from ..wording import shorten
from .nesting import MAX_JSON_DEPTH, is_nested_deeper

MAX_PATCH_OPERATIONS = 1000


def apply_patch(document: Mapping[str, Any], operations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a patched copy; BadRequest if an operation cannot be applied, in which case none is.

    The operations have been validated: `op` is one of the three, `path` is a text.
    """
    if len(operations) > MAX_PATCH_OPERATIONS:
        raise BadRequest(error_type="limit", detail=f"at most {MAX_PATCH_OPERATIONS} operations", rule="D11b")
    try:
        result = JsonPatch(list(operations)).apply(dict(document))
    except (JsonPatchException, JsonPointerException, TypeError, ValueError, LookupError, AttributeError) as error:
        raise BadRequest(error_type="patch", detail=shorten(str(error)), rule="D11") from None
    if not isinstance(result, dict):
        raise BadRequest(error_type="patch", detail="the whole resource cannot be replaced", rule="D11")
    if is_nested_deeper(result):  # each operation may nest its value in that of the previous one
        raise BadRequest(
            error_type="patch", detail=f"the result nests deeper than {MAX_JSON_DEPTH} levels", rule="D11c"
        )
    return result
