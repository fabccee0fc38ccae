"""JSON Merge Patch (RFC 7396): the fields of a patch replace those of a document, and null removes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def apply_merge_patch(document: Any, patch: Any) -> Any:
    """Return a patched copy; what is not an object, such as an array, is replaced as a whole."""
    if not isinstance(patch, Mapping):
        return patch
    patched = dict(document) if isinstance(document, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            patched.pop(name, None)
        else:
            patched[name] = apply_merge_patch(patched.get(name), value)
    return patched
