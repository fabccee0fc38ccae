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
        entry: Entry = {"index": at + base}
        try:
            if at in problems:
                raise problems[at]
            code, id_ = act(element)
            result: Entry = {"code": code, "status": TEXTS[code]}
        except ClientError as error:
            id_, result = name(element), _failed(error)
        entries.append(entry | ({} if id_ is None else {"id": id_}) | result)
    return entries


def _failed(error: ClientError) -> Entry:
    message = BODY_PROBLEM if isinstance(error, BadRequest) else error.message
    return {"code": error.status, "status": error.reason, "message": message}
