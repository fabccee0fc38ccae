"""Bulk: each element is judged and carried out on its own, in order, and gets an entry in the reply (E1 to E5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import BODY_PROBLEM, BadRequest, ClientError

Entry = dict[str, Any]
Outcome = tuple[int, str | None]  # 201 or 204, and the id for entries that carry one
TEXTS = {201: "Created", 204: "OK"}  # E2; sibling services say "No Content"


def carried_out(
    elements: Sequence[Any],
    problems: Mapping[int, ClientError],
    act: Callable[[Any], Outcome],
    base: int,
    name: Callable[[Any], str | None] = lambda _: None,
) -> list[Entry]:
    """Return an entry for each element: what `act` answers, or the error that it or the shape raises.

    base: the index of the first element, 1 or 0 (E3).
    name: the id that an element gives itself, for entries that carry one.
    """
    entries = []
    for at, element in enumerate(elements):
        try:
            if at in problems:
                raise problems[at]
            code, id_ = act(element)
            entries.append(_entry(at + base, id_, code, TEXTS[code]))
        except ClientError as error:
            message = BODY_PROBLEM if isinstance(error, BadRequest) else error.message
            failed = _entry(at + base, name(element), error.status, error.reason)
            entries.append(failed | {"message": message})
    return entries


def _entry(index: int, id_: str | None, code: int, status: str) -> Entry:
    if id_ is None:
        return {"index": index, "code": code, "status": status}
    return {"index": index, "id": id_, "code": code, "status": status}
