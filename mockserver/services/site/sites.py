"""Sites as their service shows them: what the world knows, and a default for what the contract requires (N1, N2)."""

from __future__ import annotations

from typing import Any

from ...errors import NotFound
from ...state import IMPORTED, Document, State

HOME: Document = {"address": {"country": "DE", "zipCode": "10115"}}


def listed(state: State, *, inactive_too: bool = False) -> list[dict[str, Any]]:
    """Return the active sites, or all of them, in the order of their codes (N1)."""
    rows = (document(site) for _, site in sorted(state.sites.items()))
    return [row for row in rows if inactive_too or row["active"]]


def read(state: State, code: str) -> dict[str, Any]:
    """Return one site, active or not; NotFound if there is none (N1)."""
    site = state.sites.get(code)
    if site is None:
        raise NotFound(code, rule="N1")
    return document(site)


def document(site: Document) -> dict[str, Any]:
    """Return a site with all fields that the contract requires (N2)."""
    home = site.get("homeBase", HOME)
    defaults = {
        "active": True,
        "default": False,
        "availableCurrencies": [site["currency"]],
        "homeBase": home,
        "shipToCountries": [home["address"]["country"]],
        "taxDeterminationBasedOn": "BILLING_ADDRESS",
        "metadata": {"version": IMPORTED.version},
    }
    return {**defaults, **site}
