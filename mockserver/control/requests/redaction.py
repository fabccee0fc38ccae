"""Redaction of what the journal must not show: tokens, passwords and client secrets, wherever they occur."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote_plus, unquote_plus

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
SecretRenamer = Callable[[str, str], str]  # takes the name of the field and its value, and returns another value
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
    return SECRET_IN_JSON.sub(rf'\g<name>"{REDACTED}"', text) if _looks_like_json(text) else redact_query(text)


def rename_query_secrets(query: str, rename: SecretRenamer) -> str:
    """Replace the values of secret fields in a query or a form by other names."""

    def replace_value(match: re.Match[str]) -> str:
        start, name = match["name"], unquote_plus(match["name"].strip("?&="))
        value = match[0][len(start) :]
        return start + quote_plus(rename(name, unquote_plus(value))) if value else start

    return SECRET_IN_FORM.sub(replace_value, query)


def rename_text_secrets(text: str, rename: SecretRenamer) -> str:
    """Replace the values of secret fields in JSON or a form by other names; a number and the like stays what it is."""

    def replace_value(match: re.Match[str]) -> str:
        start = match["name"]
        value, name = match[0][len(start) :], start.partition(":")[0].strip().strip('"')
        if not value.startswith('"'):
            return start + ("0" if value.lstrip("-")[:1].isdigit() else value)
        try:
            secret = json.loads(value, strict=False)
        except ValueError:
            secret = value
        return start + json.dumps(rename(name, secret))

    return SECRET_IN_JSON.sub(replace_value, text) if _looks_like_json(text) else rename_query_secrets(text, rename)


def redact_body(body: bytes) -> bytes:
    """Redact the values of secret fields in a body; it need not be valid text."""
    return redact_text(body.decode("latin-1")).encode("latin-1")


def redact_cookies(header: str) -> dict[str, str]:
    """Return the names of the cookies in a header, with redacted values."""
    return {part.partition("=")[0].strip(): REDACTED for part in header.split(";") if "=" in part}


def has_bare_secret(text: str) -> bool:
    """Whether JSON has a secret field whose value is not a text, and which the message of an error may quote."""
    return _looks_like_json(text) and any(
        not match[0][len(match["name"]) :].startswith('"') for match in SECRET_IN_JSON.finditer(text)
    )


def _looks_like_json(text: str) -> bool:
    return text.lstrip()[:1] in {"{", "[", '"'}


def _redact_header(name: str, value: str) -> str:
    if name.lower() in SECRET_HEADERS:
        scheme = value.partition(" ")[0]
        return f"{scheme} {REDACTED}" if scheme.lower() in AUTH_SCHEMES else REDACTED
    if name.lower() == "cookie":
        return "; ".join(f"{cookie}={redacted}" for cookie, redacted in redact_cookies(value).items())
    return value
