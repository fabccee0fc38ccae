"""Sites: which ones are listed (N1), and their rows, with defaults for fields that the contract requires (N2)."""

from __future__ import annotations

from typing import Any

from ...store.state import IMPORTED_REVISION, Document, State

DEFAULT_HOME_BASE: Document = {"address": {"country": "DE", "zipCode": "10115"}}


def select_sites(state: State, *, include_inactive: bool) -> list[Document]:
    """Return the active sites, or all of them (N1)."""
    return [site for site in state.sites.values() if include_inactive or site.get("active", True)]


def site_row(site: Document) -> dict[str, Any]:
    """Return the row of a site, with all fields that the contract requires (N2)."""
    home = site.get("homeBase", DEFAULT_HOME_BASE)
    defaults = {
        "active": True,
        "default": False,
        "availableCurrencies": [site["currency"]],
        "homeBase": home,
        "shipToCountries": [home["address"]["country"]],
        "taxDeterminationBasedOn": "BILLING_ADDRESS",
        "metadata": {"version": IMPORTED_REVISION.version},
    }
    return {**defaults, **site}
