"""Redaction of what the journal must not show: tokens, passwords and client secrets, wherever they occur."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...domain.secret_names import SECRET_FIELD_NAMES, SECRET_HEADERS

REDACTED = "(redacted)"
SECRET_NAMES = "|".join(SECRET_FIELD_NAMES)
SECRET_FIELD = re.compile(SECRET_NAMES, re.ASCII | re.IGNORECASE)
ENCODED_SECRET_NAMES = SECRET_NAMES.replace("_", "(?:_|%5f)")
REGEX_FLAGS = re.ASCII | re.IGNORECASE | re.DOTALL
SECRET_IN_FORM = re.compile(rf"(?P<name>(?:^|[&?])(?:{ENCODED_SECRET_NAMES})=)[^&#\s]*", REGEX_FLAGS)
SECRET_IN_JSON = re.compile(
    rf'(?P<name>"(?:{SECRET_NAMES})"\s*+:\s*+)(?:"(?:[^"\\]|\\.)*+"?|[^\s",\[\]{{}}]++)', REGEX_FLAGS
)
AUTH_SCHEMES = frozenset({"basic", "bearer", "digest"})


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Redact the credentials in headers; an authentication scheme such as Bearer stays visible."""
    return {name: _redact_header(name, value) for name, value in headers.items()}


def names_secret(field: str) -> bool:
    """Whether a JSON pointer or the name of a parameter ends in the name of a secret field."""
    return SECRET_FIELD.fullmatch(field.rpartition("/")[2]) is not None


def redact_query(query: str) -> str:
    """Redact the values of secret fields in a query or a form, even if it is truncated."""
    return SECRET_IN_FORM.sub(rf"\g<name>{REDACTED}", query)


def redact_text(text: str) -> str:
    """Redact the values of secret fields in JSON or a form, even if it is truncated."""
    is_json = text.lstrip()[:1] in {"{", "[", '"'}
    return SECRET_IN_JSON.sub(rf'\g<name>"{REDACTED}"', text) if is_json else redact_query(text)


def redact_body(body: bytes) -> bytes:
    """Redact the values of secret fields in a body; it need not be valid text."""
    return redact_text(body.decode("latin-1")).encode("latin-1")


def redact_cookies(header: str) -> dict[str, str]:
    """Return the names of the cookies in a header, with redacted values."""
    return {part.partition("=")[0].strip(): REDACTED for part in header.split(";") if "=" in part}


def _redact_header(name: str, value: str) -> str:
    if name.lower() in SECRET_HEADERS:
        scheme = value.partition(" ")[0]
        return f"{scheme} {REDACTED}" if scheme.lower() in AUTH_SCHEMES else REDACTED
    if name.lower() == "cookie":
        return "; ".join(f"{cookie}={redacted}" for cookie, redacted in redact_cookies(value).items())
    return value
