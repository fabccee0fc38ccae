"""Replace secrets and personal data in the rows of a world: the same value by the same one everywhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from ..store.collection import Collection
from .known_words import KnownWords
from .personal_data import (
    EMAIL,
    IBAN,
    PHONE,
    PHONE_AFTER_WORD,
    PHONE_WORD,
    TOKEN_FORM,
    Kind,
    KnownValues,
    classify_field,
)

REMOVED = "removed"
REPLACEMENTS: Mapping[Kind, str] = {
    "e-mail address": "person{}@example.com",
    "phone number": "+1 555 {:07d}",
    "first name": "First{}",
    "last name": "Last{}",
    "name": "Name{}",
    "street": "Street {}",
    "house number": "{}",
    "postal code": "{:05d}",
    "city": "City {}",
    "address line": "Line {}",
    "birth date": "1990-01-01",
    "payment data": REMOVED,
    "secret": REMOVED,
}
# What a public text may have by chance, since `Hammer` is also a product, and a site has the company's address.
COMMON_KINDS = frozenset({"first name", "last name", "street", "address line"})
SINGLE_NAMES = frozenset({"first name", "last name"})
URL_SECRET = re.compile(
    r"(?<=[?&;#])(?P<name>[^=&\s]*(?:token|sig|signature|key|auth|password|secret|credential|session|code|jwt|policy"
    r"|mail|phone|user|customer|name)[^=&\s]*)=[^&\s#]*",
    re.IGNORECASE,
)
URL_LOGIN = re.compile(r"(?<=://)[^/@\s]*@")
# What a text needs to have one of these forms; most texts need no further search.
TOKEN_MARKS = ("bearer", "basic", "eyj", "sk_")
DIGIT = re.compile(r"\d")
ID_NAME = re.compile(r"id|.*I[dD]s?")


class Replacer:
    """Replaces what must not be kept. `counts` says how often, by kind and section.

    public_fields: the fields of rows that all visitors see anyway, by collection: what is personal elsewhere, such as a
        single name or a city, stays there. keeps_personal: whether only secrets are removed.
    """

    def __init__(self, known: KnownValues, public_fields: Mapping[str, Iterable[str]], *, keeps_personal: bool) -> None:
        self.counts: Counter[tuple[Kind, str]] = Counter()
        self._public_fields = public_fields
        self._keeps_personal = keeps_personal
        self._values = known.values
        self._words = KnownWords({"secret": known.values.get("secret", ())} if keeps_personal else known.values)
        self._numbers: dict[tuple[Kind, str], int] = {}
        self._next_numbers: Counter[Kind] = Counter()
        self._section = ""

    def clean_row(self, collection: Collection, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row of a section without secrets and personal data; ids stay, unless they have an e-mail address."""
        self._section = collection.name
        identities, public = (
            {*collection.key_fields, *collection.all_references()},
            {*self._public_fields.get(collection.name, ())},
        )
        return {
            name: self._clean_ids(value)
            if name in identities
            else self._clean_value(name, value, is_public=name in public)
            for name, value in row.items()
        }

    def clean_text(self, text: str, *, is_public: bool = False) -> str:
        """Return a text without secrets and personal data. A public one may have a single name by chance."""
        if not text.isascii() or any(mark in text.lower() for mark in TOKEN_MARKS):
            text = TOKEN_FORM.sub(partial(self._substitute, "secret"), text)
        if "://" in text:
            text = URL_LOGIN.sub(partial(self._substitute_nothing, "secret"), text)
            text = URL_SECRET.sub(self._clean_parameter, text)
        if not self._keeps_personal:
            text = self._clean_emails(text)
            if DIGIT.search(text):
                text = self._clean_numbers(text)
        return self._words.replace_in(text, partial(self._replace_word, is_public=is_public))

    def replace_value(self, kind: Kind, value: str) -> str:
        """Return what stands for a value of this kind; the same for the same value, whatever its case."""
        self.counts[kind, self._section] += 1
        form = REPLACEMENTS[kind]
        if "{" not in form:
            return form
        key = (kind, re.sub(r"[ ()/.-]", "", value) if kind == "phone number" else value.casefold())
        if key not in self._numbers:
            self._next_numbers[kind] += 1
            self._numbers[key] = self._next_numbers[kind]
        return form.format(self._numbers[key])

    def _clean_ids(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._clean_ids(part) for part in value]
        return self._clean_emails(value) if isinstance(value, str) and not self._keeps_personal else value

    def _clean_value(self, name: str, value: Any, *, is_public: bool, outer_kind: Kind | None = None) -> Any:
        kind = classify_field(name) or outer_kind
        if kind != "secret" and (self._keeps_personal or is_public):
            kind = None
        if isinstance(value, dict):
            inner_kind = (
                None if kind in {"street", "name"} else kind
            )  # `address` and `recipient` have fields of all kinds
            return {
                self._clean_ids(key): self._clean_value(key, part, is_public=is_public, outer_kind=inner_kind)
                for key, part in value.items()
            }
        if isinstance(value, list):
            return [self._clean_value(name, part, is_public=is_public, outer_kind=outer_kind) for part in value]
        if kind is not None and isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            return self._replace_field(kind, str(value), is_public=is_public)
        if isinstance(value, str):
            return self._clean_ids(value) if ID_NAME.fullmatch(name) else self.clean_text(value, is_public=is_public)
        return value

    def _replace_field(self, kind: Kind, value: str, *, is_public: bool) -> str:
        if kind == "e-mail address" and not EMAIL.fullmatch(value):
            return self.clean_text(value, is_public=is_public)
        return self._replace_name(value) if kind == "name" else self.replace_value(kind, value)

    def _replace_word(self, kind: Kind, value: str, *, is_public: bool) -> str:
        if is_public and (kind in COMMON_KINDS or (kind == "name" and " " not in value)):
            return value
        return self._replace_name(value) if kind == "name" else self.replace_value(kind, value)

    def _replace_name(self, value: str) -> str:
        """Return what stands for a person's name: that of each of its parts, if all of them are known as such."""
        words = [word.strip(",") for word in value.split()]
        kinds = [
            next((kind for kind in sorted(SINGLE_NAMES) if word in self._values.get(kind, ())), None) for word in words
        ]
        if len(words) > 1 and all(kinds):
            return " ".join(self.replace_value(kind, word) for kind, word in zip(kinds, words, strict=True) if kind)
        return self.replace_value("name", value)

    def _clean_numbers(self, text: str) -> str:
        """Return a text without phone numbers and payment data."""
        if "+" in text or "00" in text or not text.isascii():
            text = PHONE.sub(partial(self._substitute, "phone number"), text)
        text = IBAN.sub(partial(self._substitute, "payment data"), text)
        if PHONE_WORD.search(text):
            text = PHONE_AFTER_WORD.sub(partial(self._substitute, "phone number"), text)
        return text

    def _clean_emails(self, text: str) -> str:
        return EMAIL.sub(self._substitute_email, text) if "@" in text or "%40" in text else text

    def _substitute_email(self, match: re.Match[str]) -> str:
        replacement = self.replace_value("e-mail address", match[0].replace("%40", "@"))
        return quote(replacement) if "%40" in match[0] else replacement

    def _substitute(self, kind: Kind, match: re.Match[str]) -> str:
        return self.replace_value(kind, match[0])

    def _substitute_nothing(self, kind: Kind, _: re.Match[str]) -> str:
        self.counts[kind, self._section] += 1
        return ""

    def _clean_parameter(self, match: re.Match[str]) -> str:
        self.counts["secret", self._section] += 1
        return f"{match['name']}={REMOVED}"
