"""Sites: which ones a caller may see (N1), and their rows, with defaults for fields that the contract requires (N2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...access import Principal
from ...errors import Forbidden
from ...practices import documents, paging, sort
from ...practices.columns import column_reader
from ...practices.query.query import parse_query, select_rows
from ...practices.rows import Row
from ...settings import Switches
from ...store.state import Document, State
from .collections import DEFAULT_ADDRESS, PLUGIN_FIELDS

MANAGE_SITES = "site.site_manage"
DEFAULT_PAGE_SIZE = 16


def select_sites(state: State, principal: Principal, *, include_inactive: bool) -> list[Document]:
    """Return the active sites or all of them; Forbidden if the caller may not see inactive ones (N1)."""
    if include_inactive and MANAGE_SITES not in principal.scopes:
        raise _inactive_error("includeInactive")
    return [site for site in state.sites.values() if include_inactive or site.get("active", True)]


def check_visible(site: Document, principal: Principal) -> None:
    """Raise Forbidden for an inactive site that the caller may not see (N1)."""
    if not site.get("active", True) and MANAGE_SITES not in principal.scopes:
        raise _inactive_error("an inactive site")


def site_row(site: Document, expand: str | None = None) -> dict[str, Any]:
    """Return the row of a site, with all that the contract requires (N2), and what `expand` names (N10)."""
    home = site.get("homeBase", {"address": DEFAULT_ADDRESS})
    defaults = {
        "active": True,
        "default": False,
        "availableCurrencies": [site["currency"]],
        "homeBase": home,
        "shipToCountries": [home["address"]["country"]],
        "taxDeterminationBasedOn": "BILLING_ADDRESS",
    }
    hidden = {*PLUGIN_FIELDS, "mixins", "metadata"}
    shown = {name: value for name, value in site.items() if name not in hidden}
    metadata = {"version": documents.revision_of(site).version, **_named_urls(site)}
    return {**defaults, **shown, **_expand(site, expand), "metadata": metadata}


def list_codes(rows: Sequence[Row], query: Mapping[str, Any], switches: Switches) -> tuple[list[str], int]:
    """Return the codes of the sites on a page, and how many there are on all pages (N1)."""
    if query.get("q"):
        rows = select_rows(parse_query(query["q"]), rows, column_for=column_reader)
    if query.get("sort"):
        rows = sort.sort_rows(rows, sort.parse_sort(query["sort"]), column_for=column_reader)
    size, number = query.get("pageSize"), query.get("pageNumber")
    page = paging.parse_page(size, number, switches.max_page_size, DEFAULT_PAGE_SIZE)
    return [row["code"] for row in page.slice_rows(rows)], len(rows)


def _expand(site: Document, expand: str | None) -> dict[str, Any]:
    """Return the settings that a request names, such as `mixin:*,payment:active`."""
    wanted = dict(part.strip().partition(":")[::2] for part in (expand or "").split(","))
    shown: dict[str, Any] = {}
    for name in PLUGIN_FIELDS:
        plugins = site.get(name, ())
        if wanted.get(name) == "active":
            plugins = [plugin for plugin in plugins if plugin.get("active", True)]
        if wanted.get(name) in {"all", "active"}:
            shown[name] = list(plugins)
    if wanted.get("mixin") == "*" and "mixins" in site:
        shown["mixins"] = site["mixins"]
    return shown


def _named_urls(site: Document) -> dict[str, Any]:
    urls = site.get("metadata", {}).get("mixins")
    return {} if urls is None else {"mixins": urls}


def _inactive_error(what: str) -> Forbidden:
    return Forbidden(hint=f"{what} needs the scope {MANAGE_SITES}", scopes=(MANAGE_SITES,), rule="N1")
