"""The addresses of a cart: at most one of each type (Q5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...domain.carts import BILLING, SHIPPING


def own_addresses(addresses: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the first BILLING and the first SHIPPING address, which came with the request; others are ignored."""
    first = {
        type_: next((each for each in addresses if each.get("type") == type_), None) for type_ in (BILLING, SHIPPING)
    }
    return [{"origin": "REQUEST", **address} for address in first.values() if address is not None]
