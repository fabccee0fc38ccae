"""Sites: which ones a caller may see (N1), and their rows, with defaults for fields that the contract requires (N2)."""

from __future__ import annotations

from typing import Any

from ...access import Principal
from ...errors import Forbidden
from ...store.state import IMPORTED_REVISION, Document, State
from .collections import DEFAULT_ADDRESS

MANAGE_SITES = "site.site_manage"


def select_sites(state: State, principal: Principal, *, include_inactive: bool) -> list[Document]:
    """Return the active sites or all of them; Forbidden if the caller may not see inactive ones (N1)."""
    if include_inactive and MANAGE_SITES not in principal.scopes:
        raise _inactive_error("includeInactive")
    return [site for site in state.sites.values() if include_inactive or site.get("active", True)]


def check_visible(site: Document, principal: Principal) -> None:
    """Raise Forbidden for an inactive site that the caller may not see (N1)."""
    if not site.get("active", True) and MANAGE_SITES not in principal.scopes:
        raise _inactive_error("an inactive site")


def site_row(site: Document) -> dict[str, Any]:
    """Return the row of a site, with all fields that the contract requires (N2)."""
    home = site.get("homeBase", {"address": DEFAULT_ADDRESS})
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


def _inactive_error(what: str) -> Forbidden:
    return Forbidden(hint=f"{what} needs the scope {MANAGE_SITES}", scopes=(MANAGE_SITES,), rule="N1")
