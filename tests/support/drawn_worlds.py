"""Worlds that hypothesis draws: with texts, keys and numbers that are hard to write and to read back."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from hypothesis import strategies as st

from mockserver.access import OAuthClient, Principal
from mockserver.worlds.switches import build_switches_schema
from mockserver.worlds.world_text import MAX_KEY_BYTES
from tests.support.samples import JOHN

NOON = "2026-01-01T12:00:00.000Z"

# Texts that look like something else, or that YAML cannot contain as they are.
ODD_TEXTS = ["", "1", "012", "1e300", "2024-05-14", "true", "null", "~", "yes", "- a", "a: b", "#", "'", '"', "\\", "{"]
ODD_TEXTS += ["\x00", "\x7f", "\x85", "\x9f", "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff", "日本", "\U0001f600"]
ODD_TEXTS += ["a\r\n b\t", "? x"]
ANY_TEXT = st.sampled_from(ODD_TEXTS) | st.text(st.characters(codec="utf-8"), max_size=5)
KEYS = ANY_TEXT | st.integers(MAX_KEY_BYTES - 4, 1100).map("k".__mul__)
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def draw_switches() -> st.SearchStrategy[dict[str, Any]]:
    values = {
        name: st.sampled_from([value for value in part["enum"] if isinstance(value, str)])
        if "enum" in part
        else st.none() | st.integers(1, 100)
        for name, part in build_switches_schema()["properties"].items()
    }
    return st.fixed_dictionaries({}, optional=values)


SCOPES = st.lists(st.sampled_from(["a", "b", "ü"]), unique=True)
TIMES = st.datetimes(timezones=st.just(UTC)).map(lambda time: time.replace(microsecond=5000, fold=0))
TOKENS = st.dictionaries(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=5),
    st.builds(
        Principal,
        SCOPES.map(frozenset),
        tenant=st.none() | st.just("acme"),
        customer_id=st.none() | st.just(JOHN),
        expires_at=st.none() | TIMES,
    ),
    max_size=3,
)
CLIENT_IDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=5)
CLIENTS = st.lists(st.builds(OAuthClient, CLIENT_IDS, ANY_TEXT, SCOPES.map(tuple)), max_size=3)
SEGMENT_IDS = ANY_TEXT.filter(bool)
METADATA = st.fixed_dictionaries(
    {"createdAt": st.just(NOON), "modifiedAt": st.just(NOON), "version": st.integers(1, 2**63)},
    optional={"mixins": st.dictionaries(KEYS, JSON, max_size=2)},
)
MIXINS = st.dictionaries(KEYS, JSON, max_size=2)
SEGMENTS = st.fixed_dictionaries(
    {
        "id": SEGMENT_IDS,
        "name": st.dictionaries(KEYS, ANY_TEXT, max_size=2),
        "status": st.sampled_from(["ACTIVE", "INACTIVE"]),
        "siteCode": ANY_TEXT,
        "metadata": METADATA,
    },
    optional={"mixins": MIXINS, "validity": st.just({"from": NOON})},
)
ITEMS = st.fixed_dictionaries(
    {
        "segmentId": SEGMENT_IDS,
        "type": st.sampled_from(["PRODUCT", "CATEGORY"]),
        "itemId": SEGMENT_IDS,
        "metadata": METADATA,
    },
    optional={"mixins": MIXINS},
)
MEMBERS = st.fixed_dictionaries(
    {"segmentId": SEGMENT_IDS, "customerId": SEGMENT_IDS, "assignmentType": st.just("MANUAL"), "metadata": METADATA},
    optional={"mixins": MIXINS, "legalEntityId": SEGMENT_IDS},
)
WORLD_ROWS = st.fixed_dictionaries(
    {
        "segments": st.lists(SEGMENTS, unique_by=lambda row: row["id"], max_size=3),
        "itemAssignments": st.lists(
            ITEMS, unique_by=lambda row: (row["segmentId"], row["type"], row["itemId"]), max_size=3
        ),
        "customerAssignments": st.lists(
            MEMBERS, unique_by=lambda row: (row["segmentId"], row["customerId"], row.get("legalEntityId")), max_size=3
        ),
    },
    optional={"languages": st.just({"default": "de", "supported": ["en", "de"]})},
)
