"""A state and calls in which every text that a client chooses would be a script if a page did not escape it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7*7}}"
HOSTILE_PART = quote(HOSTILE, safe="")
SEGMENTS = "/customer-segment/acme/segments"
HOSTILE_PAGES = (
    "segments/bad",
    "customers/evil",
    "state/products",
    "state/products/new",
    "state/products/rows/bad",
    "state/products/rows/bad?as=json",
    f"customers/evil?items=categories&q={HOSTILE_PART}&site={HOSTILE_PART}&entity={HOSTILE_PART}",
    f"controls?from={HOSTILE_PART}&until={HOSTILE_PART}",
    "state/products?q=bad",
    "state/segments",
    f"calls/{HOSTILE_PART}",
)
TABS = ("request", "response", "why", "findings", "state", "code")


class Send(Protocol):
    """Sends a call; the response does not matter."""

    def __call__(self, method: str, path: str, body: Any, headers: Mapping[str, str], /) -> Any: ...


def fill_with_hostile_texts(send: Send) -> None:
    """Write hostile texts into the state, as a token, as the name of a snapshot and as calls."""
    texts = {"name": {"en": HOSTILE}, "description": {"en": HOSTILE}}
    customer = {"firstName": HOSTILE, "lastName": HOSTILE, "email": "a@b.example"}
    state = {
        "products/bad": {"id": "bad", "code": HOSTILE, **texts},
        "customers/evil": customer,
        "segments/bad": {"status": "ACTIVE", **texts},
        "itemAssignments/bad/PRODUCT/bad": {},
        "customerAssignments/bad/evil": {"assignmentType": "MANUAL"},
    }
    for path, row in state.items():
        send("PUT", f"/__admin/state/{path}", row, {})
    send("POST", "/__admin/tokens", {"token": HOSTILE, "name": HOSTILE, "scopes": []}, {})
    send("PUT", f"/__admin/snapshots/{HOSTILE_PART}", None, {})
    headers = {"X-Mock-Test": HOSTILE, "X-Evil": HOSTILE, "Authorization": f"Bearer {HOSTILE}"}
    for path in (f"{SEGMENTS}/{HOSTILE_PART}", f"/ai-service/acme/{HOSTILE_PART}", SEGMENTS):
        send("PUT", f"{path}?q={HOSTILE_PART}", {HOSTILE: HOSTILE}, headers)
