"""Roles that overlays give to operations whose paths do not follow the conventions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..contract.operations import Operation
from ..contract.spec import SpecError
from .collection_design import Design
from .overlay import Overlay
from .shapes import METHODS_OF_ROLES, RoleName


def find_hinted_roles(
    overlay: Overlay, operations: Iterable[Operation], designs: Mapping[str, Design]
) -> Iterator[tuple[str, tuple[Design, RoleName]]]:
    """Yield the role of each operation that the overlay gives one; SpecError if the operation cannot have it."""
    for operation in operations:
        hints = overlay.of_operation(operation.id)
        if not hints.role or hints.role == "example":
            continue
        if not hints.collection:
            known = ", ".join(designs) or "none"
            raise SpecError(overlay.path, f"{operation.id}: a role needs a `collection`, one of {known}")
        if operation.method not in METHODS_OF_ROLES[hints.role]:
            reason = f"{operation.id}: {operation.method} cannot have the role `{hints.role}`"
            raise SpecError(overlay.path, reason)
        design = designs[hints.collection]
        given = {parameter.name for parameter in operation.parameters["path"]}
        keys = design.rows.collection.key_fields
        found = {key for name, key in design.ids.items() if name in given} | (given & set(keys))
        if hints.role in ("read", "replace", "patch", "delete") and found != set(keys):
            reason = f"{operation.id}: the path has {', '.join(sorted(given))}, but the key is {', '.join(keys)}"
            raise SpecError(overlay.path, reason)
        role: Any = hints.role
        yield operation.id, (design, role)
