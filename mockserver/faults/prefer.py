"""A client's own wish, by the header `Prefer: code=404, example=missing` (RFC 7240, in the names of Prism)."""

from __future__ import annotations

import re
from typing import Any

from ..contract.operations import Operation
from ..errors import PARAMETER_PROBLEM, BadRequest
from ..messages import Reply
from ..records.visit import Visit
from . import replies
from .replies import Impossible, Wanted

PREFERENCE = re.compile(r"""([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[ \t]*=[ \t]*(?:"([^"]*)"|([^\s,;"]*)))?""")
OURS = ("code", "example")


def reply(operation: Operation, visit: Visit) -> Reply | None:
    """Return the reply that a call wishes for, None if it wishes for none; BadRequest if there is none like it."""
    wishes = _wishes(visit.request.headers.get("prefer", ""))
    if not wishes:
        return None
    try:
        found = replies.reply(operation, _wanted(operation, wishes), visit.ids)
    except Impossible as error:
        raise _refused(str(error)) from None
    applied = ", ".join(f"{name}={value}" for name, value in wishes.items())
    return found._replace(headers={**found.headers, "Preference-Applied": applied})


def _wishes(header: str) -> dict[str, str]:
    """Read the preferences that are ours, in our order; of two of a kind the first counts, as the RFC has it."""
    found: dict[str, str] = {}
    for name, quoted, plain in PREFERENCE.findall(header):
        found.setdefault(name.lower(), quoted or plain)
    return {name: found[name] for name in OURS if name in found}


def _wanted(operation: Operation, wishes: dict[str, str]) -> Wanted:
    """Return what is wished for; an example without a code finds its status."""
    example = wishes.get("example")
    if "code" not in wishes:
        having = (each for each in replies.statuses(operation) if example in replies.names(operation, each))
        status: Any = next(having, None)
        if status is None:
            raise Impossible(f"{operation.id} has no example {example!r}; name a code to be told which there are.")
        return Wanted(status, example)
    if not re.fullmatch(r"[1-5][0-9]{2}", wishes["code"]):
        raise Impossible("code must be a status, such as 404.")
    return Wanted(int(wishes["code"]), example)


def _refused(detail: str) -> BadRequest:
    return BadRequest(PARAMETER_PROBLEM, field="Prefer", kind="enum", detail=detail, rule="F7")
