"""Responses of the reference model: statuses, bodies, errors, and lists with filter, order and page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]

BAD_BODY = "Validation problem with request body."
BAD_PARAMETERS = "Validation problem with request parameters."
TOO_LONG = "There is a validation error. Please check the details."
EXISTS = "The resource already exists."
CHANGED = "The resource you are attempting to access has changed."
FORBIDDEN = "The access to the requested resource has been forbidden by the server."
STATUS_TEXTS = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 201: "Created", 204: "OK"}

FILTERS: dict[str, Callable[[Row], bool]] = {
    "": lambda row: True,
    "status:ACTIVE": lambda row: row.get("status") == "ACTIVE",
    "type:CATEGORY": lambda row: row.get("type") == "CATEGORY",
    "metadata.version:>1": lambda row: row["metadata"]["version"] > 1,
    "mixins:missing": lambda row: "mixins" not in row,
    'metadata.modifiedAt:>="2026-01-01T12:00:00.000Z"': lambda row: (
        row["metadata"]["modifiedAt"] >= "2026-01-01T12:00:00.000Z"
    ),
}


@dataclass(frozen=True)
class ExpectedResponse:
    """The expected response of the service. `total` is the header X-Total-Count."""

    status: int
    body: Any = None
    total: str | None = None


@dataclass(frozen=True)
class ListView:
    """The options of a list: filter, page, newest versions first, count."""

    q: str = ""
    size: int = 60
    number: int = 1
    newest_first: bool = False
    with_count: bool = False

    def apply(self, rows: list[Row]) -> ExpectedResponse:
        """Filter, sort and cut the rows (C1 to C6)."""
        matching = [row for row in rows if FILTERS[self.q](row)]
        if self.newest_first:
            matching.sort(key=lambda row: -row["metadata"]["version"])
        page = matching[(self.number - 1) * self.size : self.number * self.size]
        return ExpectedResponse(200, page, str(len(matching)) if self.with_count else None)


class Refused(Exception):
    """The request gets an error response."""

    def __init__(self, status: int, message: str, **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": status, "status": STATUS_TEXTS[status], "message": message, **more}


def run_rule(rule: Callable[[], ExpectedResponse]) -> ExpectedResponse:
    try:
        return rule()
    except Refused as refused:
        return ExpectedResponse(refused.status, refused.body)


def require(condition: bool, message: str = BAD_BODY) -> None:
    if not condition:
        raise Refused(400, message)


def not_found(id_: str) -> Refused:
    """Return the 404 for a missing resource (C10)."""
    return Refused(404, f"The resource with id {id_} has not been found.", resourceId=id_)
