"""Bulk: each element is judged and carried out on its own, in order, and gets an entry in the reply (E1 to E5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import BODY_PROBLEM, BadRequest, ClientError

Entry = dict[str, Any]
TEXTS = {201: "Created", 204: "OK"}  # E2; sibling services say "No Content"


def carried_out(
    elements: Sequence[Any], problems: Mapping[int, BadRequest], act: Callable[[Any], int], base: int
) -> list[Entry]:
    """Return an entry for each element: what `act` answers (201 or 204), or the error that it or the shape raises.

    base: the index of the first element, 1 or 0 (E3).
    """
    entries = []
    for at, element in enumerate(elements):
        try:
            if at in problems:
                raise problems[at]
            code = act(element)
            entries.append({"index": at + base, "code": code, "status": TEXTS[code]})
        except ClientError as error:
            entries.append(_failed(at + base, error))
    return entries


def _failed(index: int, error: ClientError) -> Entry:
    entry: Entry = {"index": index, "code": error.status, "status": error.reason}
    message = BODY_PROBLEM if isinstance(error, BadRequest) else error.message
    return entry | {"message": message}
