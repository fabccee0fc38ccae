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
ENCODED_NAMES = NAMES.replace("_", "(?:_|%5f)")
FLAGS = re.ASCII | re.IGNORECASE | re.DOTALL
IN_FORM = re.compile(rf"(?P<name>(?:^|[&?])(?:{ENCODED_NAMES})=)[^&#\s]*", FLAGS)
IN_JSON = re.compile(rf'(?P<name>"(?:{NAMES})"\s*+:\s*+)(?:"(?:[^"\\]|\\.)*+"?|[^\s",\[\]{{}}]++)', FLAGS)
HEADERS = frozenset({"authorization", "proxy-authorization", "saas-token", "set-cookie"})
SCHEMES = frozenset({"basic", "bearer", "digest"})


def headers(given: Mapping[str, str]) -> dict[str, str]:
    """Hide what credentials a header carries; a bearer stays recognizable as one."""
    return {name: _header(name, text) for name, text in given.items()}


def query(given: str) -> str:
    """Hide the values of secret fields in a query or a form, whole or cut off."""
    return IN_FORM.sub(rf"\g<name>{HIDDEN}", given)


def text(given: str) -> str:
    """Hide the values of secret fields in JSON or a form, whole or cut off."""
    is_json = given.lstrip()[:1] in {"{", "[", '"'}
    return IN_JSON.sub(rf'\g<name>"{HIDDEN}"', given) if is_json else query(given)


def content(given: bytes) -> bytes:
    """Hide the same in a body, whatever its other bytes are."""
    return text(given.decode("latin-1")).encode("latin-1")


def cookies(header: str) -> dict[str, str]:
    """Return the names of the cookies in a header, their values hidden."""
    return {part.partition("=")[0].strip(): HIDDEN for part in header.split(";") if "=" in part}


def _header(name: str, value: str) -> str:
    if name.lower() in HEADERS:
        scheme = value.partition(" ")[0]
        return f"{scheme} {HIDDEN}" if scheme.lower() in SCHEMES else HIDDEN
    if name.lower() == "cookie":
        return "; ".join(f"{each}={hidden}" for each, hidden in cookies(value).items())
    return value
