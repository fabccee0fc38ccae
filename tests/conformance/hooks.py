"""A hook that removes parameters whose effects schemathesis would take for defects."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.hook
def map_query(_: Any, query: dict[str, Any] | None) -> dict[str, Any] | None:
    """Remove `fields` and empty parameters from a query.

    With `fields`, a reply may lack fields that the schema requires (C4). A parameter without a value counts as absent,
    whatever its type (C11a).
    """
    return query and {name: value for name, value in query.items() if name != "fields" and value not in ("", None)}
