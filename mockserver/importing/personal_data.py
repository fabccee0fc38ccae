"""Secrets and personal data: recognize them by their names and forms, and remember those that calls contain."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from ..domain.secret_names import SECRET_FIELD_NAMES
from .recorded_call import NO_BODY, RecordedCall

CONTAINERS = (dict, list)
Kind = str  # one of the names in NAMES, as reports have it
EMAIL = re.compile(r"[\w.!#$&'*+/=?^`{|}~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
PHONE = re.compile(r"(?<![\w+])(?:\+|00)[1-9](?:[ ()/.-]{0,2}\d){7,14}(?!\d)")
TOKEN_FORM = re.compile(
    r"\b(?:Bearer|Basic)\s+(?=\S*[\d=])[\w.~+/=-]{8,}|\beyJ[\w-]+\.[\w-]+\.[\w-]*|\bsk_(?:live|test)_\w+", re.IGNORECASE
)
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
PHONE_AFTER_WORD = re.compile(r"(?<=[a-z][ .:])\s*\(?\d[\d ()/.-]{5,18}\d")
PHONE_WORD = re.compile(
    r"\b(?:tel|telefon|telephone|phone|mobile?|handy|fax|cell|call)\b[ .:]*(?=\(?\d)", re.IGNORECASE
)
MAX_KNOWN_VALUES = 100_000  # of each kind
MAX_VALUE_LENGTH = 4096

_SECRETS = "|".join(
    (
        *(re.sub(r"[^a-z]", "", name.lower()) for name in SECRET_FIELD_NAMES),
        *("password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "clientid", "authorization"),
        *("sessionid", "jwt", "accesskey", "privatekey"),
    )
)
NAMES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("secret", re.compile(rf".*(?:{_SECRETS})|cookie|sig|pin|otp|auth|signature|xamz.*")),
    ("e-mail address", re.compile(r".*e?mail(?:address)?|login|username")),
    ("phone number", re.compile(r".*(?:phone|mobile|telefon|fax)(?:number|no)?|tel")),
    ("first name", re.compile(r".*(?:firstname|givenname|middlename|forename)|vorname")),
    ("last name", re.compile(r".*(?:lastname|surname|familyname)|nachname")),
    ("name", re.compile(r".*(?:contact|recipient|customer|person|holder|full|buyer|user)name|recipient|contactperson")),
    ("street", re.compile(r".*(?:street|strasse)(?:name)?|address|addressline1?")),
    ("house number", re.compile(r".*(?:streetnumber|streetno|housenumber)")),
    ("postal code", re.compile(r".*(?:zip|zipcode|postalcode|postcode|plz)")),
    ("city", re.compile(r"(?:.*(?:address|billing|shipping|home|delivery))?city|town|ort")),
    ("address line", re.compile(r"extraline\d|streetappendix|addressline\d")),
    ("birth date", re.compile(r".*(?:birthdate|dateofbirth|birthday|geburtsdatum)|dob|birth")),
    ("payment data", re.compile(r".*(?:iban|cardnumber|creditcard|cvv|cvc|accountnumber)")),
)
SECRET_HEADER = re.compile(r"(?:.*-)?(?:authorization|cookie|token|api-?key|secret|session.*)", re.IGNORECASE)


@lru_cache(maxsize=10_000)
def classify_field(field: str) -> Kind | None:
    """Return what a field with this name has that must not be kept; None for other fields."""
    plain = re.sub(r"[^a-z0-9]", "", field.lower())
    forms = (plain, plain.removesuffix("s"))
    return next((kind for kind, pattern in NAMES if any(map(pattern.fullmatch, forms))), None)


class KnownValues:
    """The secrets and personal data that the calls contain, by kind; texts are searched for them later."""

    def __init__(self) -> None:
        self.values: dict[Kind, set[str]] = {}

    def note_call(self, call: RecordedCall) -> None:
        """Remember what a call has in its URL, its headers and its bodies."""
        for name, value in call.headers.items():
            if SECRET_HEADER.fullmatch(name):
                self._note_header(name, value)
        self._note_fields(dict(parse_qsl(call.url.query)))
        for body in (call.parse_request(), call.parse_response()):
            if body is not NO_BODY:
                self._note_fields(body)

    def _note_header(self, name: str, value: str) -> None:
        if name == "cookie":
            for part in value.split(";"):
                self._note("secret", part.partition("=")[2].strip())
        else:
            self._note("secret", value.rpartition(" ")[2])

    def _note_fields(self, body: Any) -> None:
        pending: list[tuple[Any, Kind | None]] = [(body, None)]
        while pending:
            node, outer_kind = pending.pop()
            if isinstance(node, list):
                pending += [
                    (part, outer_kind) for part in node if outer_kind is not None or part.__class__ in CONTAINERS
                ]
            elif isinstance(node, dict):
                first, last = node.get("firstName", node.get("name")), node.get("lastName", node.get("surname"))
                if isinstance(first, str) and isinstance(last, str):
                    self._note_person(first, last)
                if isinstance(node.get("street"), str) and isinstance(node.get("streetNumber"), str):
                    self._note("street", f"{node['street']} {node['streetNumber']}")
                for name, value in node.items():
                    kind = classify_field(name) or outer_kind
                    if kind is not None or isinstance(value, CONTAINERS):
                        pending.append((value, kind))
            elif outer_kind is not None and isinstance(node, (str, int)) and not isinstance(node, bool):
                self._note(outer_kind, str(node))

    def _note_person(self, first: str, last: str) -> None:
        self._note("first name", first)
        self._note("last name", last)
        self._note("name", f"{first} {last}")
        self._note("name", f"{last}, {first}")

    def _note(self, kind: Kind, value: str) -> None:
        known = self.values.setdefault(kind, set())
        if value and len(value) <= MAX_VALUE_LENGTH and len(known) < MAX_KNOWN_VALUES:
            known.add(value)
