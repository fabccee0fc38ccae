"""Which world a request belongs to: by a header, by W3C baggage, by a cookie, or by the host."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, unquote

from ..errors import BadRequest
from ..messages import Request
from ..wording import MAX_QUOTED_NAME_LENGTH

WORLD_HEADER = "X-Mock-World"
WORLD_KEY = WORLD_HEADER.lower()  # as in requests, whose header names are in lower case
NAMING_HEADERS = frozenset({WORLD_KEY, "baggage", "cookie"})
WORLD_PARAMETER = "world"  # of calls to the control plane
MEMBER = "mock-world"  # of the baggage, and the name of the cookie
HOST_SUFFIX = ".localhost"
WORLD_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII | re.IGNORECASE)  # matches the whole value
WAYS = f"the header {WORLD_HEADER}, the baggage or the cookie {MEMBER}, or a host such as checkout{HOST_SUFFIX}"


def read_world_name(request: Request) -> str | None:
    """Return the world that a request names, in lower case; None if it names none. BadRequest for an invalid name.

    The header wins over the baggage, the baggage over the cookie, and the cookie over the host. A host that
    cannot be the name of a world is just another host.
    """
    headers = request.headers
    if not NAMING_HEADERS.isdisjoint(headers):
        name = _read_headers(headers)
        if name is not None:
            return name
    host = headers.get("host", "").lower()
    if HOST_SUFFIX not in host:
        return None
    host = host.partition(":")[0].removesuffix(".")
    name = host.removesuffix(HOST_SUFFIX)
    return name if name != host and WORLD_NAME.fullmatch(name) else None


def read_parameter(request: Request) -> str | None:
    """Return the world in the query of a call to the control plane; None if it is missing or empty.

    BadRequest for an invalid name, or for different ones.
    """
    if WORLD_PARAMETER not in request.query:
        return None
    values = dict.fromkeys(parse_qs(request.query, keep_blank_values=True).get(WORLD_PARAMETER, ()))
    name = ", ".join(values)
    return _check_name(name, WORLD_PARAMETER, f"the parameter {WORLD_PARAMETER}") if name else None


def _check_name(text: str, field: str, place: str) -> str:
    """Return the name of a world in lower case; BadRequest if it is invalid.

    field: the header or the parameter that it comes from. place: the same for people.
    """
    name = text.strip()
    if not WORLD_NAME.fullmatch(name):
        detail = (
            f"{name[:MAX_QUOTED_NAME_LENGTH]!a} is not the name of a world: 1 to 64 letters, digits, dots, hyphens and "
            "underscores, starting with a letter or a digit."
        )
        raise BadRequest(f"Validation problem with {place}.", field=field, error_type="world", detail=detail)
    return name.lower()


def _read_headers(headers: Mapping[str, str]) -> str | None:
    if WORLD_KEY in headers:
        return _check_name(headers[WORLD_KEY], WORLD_HEADER, f"the header {WORLD_HEADER}")
    for name, separator, decode in (("baggage", ",", unquote), ("cookie", ";", str)):
        for value in _find_members(headers.get(name, ""), separator):
            return _check_name(decode(value), name.capitalize(), f"{MEMBER} in the header {name.capitalize()}")
    return None


def _find_members(header: str, separator: str) -> Iterator[str]:
    """Yield the values of the members with our name in a list of `name=value`, without their properties."""
    for member in header.split(separator):
        name, _, value = member.partition("=")
        if name.strip() == MEMBER:
            yield value.partition(";")[0].strip().strip('"')
