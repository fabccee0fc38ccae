"""Names for the secrets of a session, so that a script can repeat its calls without containing them.

Equal secrets have equal names, so a login works with the name of the password if it worked with the password.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from typing import Any

from . import redaction

MIN_TOKEN_LENGTH = 16  # shorter ones are replaced only where a token belongs: they may be ordinary words
LONG_WORD = re.compile(rf"[\w-]{{{MIN_TOKEN_LENGTH},}}", re.ASCII)
CONSTANT_SECRET = re.compile("password|secret", re.IGNORECASE)  # the others are tokens, which each run makes itself


class Pseudonyms:
    """The names of secrets, by secret; `public` secrets, such as those of a shipped world, keep their own."""

    def __init__(self, public: Iterable[str]) -> None:
        self._public = frozenset(public)
        self._names: dict[str, str] = {}
        self._constants: dict[str, str] = {}
        self._token_count = 0
        self.make_subject_token: Callable[[str], str | None] = lambda _: None

    def name_token(self, token: str) -> str:
        """Return the name of a token, such as `mock-token-1`, for which a run puts its own."""
        if not token or token in self._public:
            return token
        if token not in self._names:
            self._token_count += 1
            self._names[token] = f"mock-token-{self._token_count}"
        return self._names[token]

    def name_constant(self, secret: str) -> str:
        """Return another password or client secret; of the same length if it is short, since that can matter."""
        if not secret or secret in self._public:
            return secret
        if secret not in self._constants:
            number = len(self._constants) + 1
            name = f"redacted-{number}"
            self._constants[secret] = name if len(secret) >= len(name) else f"{number}{'x' * 9}"[: len(secret)]
        return self._constants[secret]

    def name_field(self, field: str, value: str) -> str:
        """Return what stands for the value of a secret field."""
        if CONSTANT_SECRET.search(field):
            return self.name_constant(value)
        if (
            field.lower().replace("_", "") == "subjectaccesstoken"
            and (token := self.make_subject_token(value)) is not None
        ):
            return token
        return self.name_token(value)

    def name_credentials(self, header: str) -> str:
        """Return an Authorization header without its secrets."""
        scheme, _, rest = header.partition(" ")
        if scheme.lower() == "bearer":
            return f"{scheme} {self.name_token(rest.strip())}"
        if scheme.lower() != "basic":
            return redaction.redact_headers({"authorization": header})["authorization"]
        try:
            id_, colon, secret = b64decode(rest.strip(), validate=True).decode().partition(":")
        except ValueError:
            return f"{scheme} {redaction.REDACTED}"
        return f"{scheme} {b64encode(f'{id_}{colon}{self.name_constant(secret)}'.encode()).decode()}"

    def hide_in_query(self, query: str) -> str:
        """Return a query without secrets."""
        return self._hide_known(redaction.rename_query_secrets(query, self.name_field))

    def hide_in_text(self, text: str) -> str:
        """Return the body of a request, or another text, without secrets."""
        return self._hide_known(redaction.rename_text_secrets(text, self.name_field))

    def hide_in_reply(self, text: str) -> str:
        """Return the body of a response without secrets: the messages of errors quote what the client sent."""
        for secret, name in self._constants.items():
            text = text.replace(_quote_twice(secret), _quote_twice(name))
        return self.hide_in_text(text)

    def hide_in_rows(self, value: Any) -> Any:
        """Return a part of a world without the passwords of customers and the secrets of clients."""
        if isinstance(value, list):
            return [self.hide_in_rows(element) for element in value]
        if not isinstance(value, dict):
            return value
        return {
            name: self.name_constant(part)
            if isinstance(part, str) and (name == "secret" or redaction.names_secret(name))
            else self.hide_in_rows(part)
            for name, part in value.items()
        }

    def _hide_known(self, text: str) -> str:
        """Return a text without the tokens that are known already."""
        return LONG_WORD.sub(lambda match: self._names.get(match[0], match[0]), text)


def _quote_twice(text: str) -> str:
    """Return a text as JSON contains it if it is quoted in a text of that JSON."""
    return json.dumps(json.dumps(text, ensure_ascii=False), ensure_ascii=False)[1:-1]
