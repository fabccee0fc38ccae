"""What the journal must not show: tokens, passwords and client secrets, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping

HIDDEN = "(redacted)"
NAMES = "|".join(
    (
        *("access_token", "refresh_token", "saas_token", "anonymous_token", "client_secret", "password"),
        *("accessToken", "refreshToken", "saasToken", "subjectAccessToken"),
    )
)
IN_FORM = re.compile(rf"(?P<name>(?:^|[&?])(?:{NAMES})=)[^&#\s]*")
IN_JSON = re.compile(rf'(?P<name>"(?:{NAMES})"\s*:\s*)"(?:[^"\\]|\\.)*+"?', re.DOTALL)
HEADERS = frozenset({"authorization", "proxy-authorization", "saas-token", "set-cookie"})


def headers(given: Mapping[str, str]) -> dict[str, str]:
    """Hide what credentials a header carries; a bearer stays recognizable as one."""
    return {name: _header(name, text) for name, text in given.items()}


def text(given: str) -> str:
    """Hide the values of secret fields in a query, a form or JSON, whole or cut off."""
    return IN_JSON.sub(rf'\g<name>"{HIDDEN}"', IN_FORM.sub(rf"\g<name>{HIDDEN}", given))


def cookies(header: str) -> dict[str, str]:
    """Return the names of the cookies in a header, their values hidden."""
    return {part.partition("=")[0].strip(): HIDDEN for part in header.split(";") if "=" in part}


def _header(name: str, value: str) -> str:
    if name.lower() in HEADERS:
        scheme, _, credentials = value.partition(" ")
        return f"{scheme} {HIDDEN}" if credentials else HIDDEN
    if name.lower() == "cookie":
        return "; ".join(f"{each}={hidden}" for each, hidden in cookies(value).items())
    return value
