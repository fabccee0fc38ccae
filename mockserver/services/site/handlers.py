"""Handlers of the Site Settings Service."""

from __future__ import annotations

from functools import partial

from ...messages import Call, Handler, Listing, Reply
from ...practices import documents
from ...practices.rows import LazyRows
from ...store.state import Document
from . import site_writes, sites
from .collections import SITES


def get_sites(call: Call) -> Listing:
    """List the sites that the caller may see."""
    return Listing(LazyRows(_select_sites(call), partial(sites.site_row, expand=call.query.get("expand"))))


def get_site(call: Call) -> Reply:
    """Return one site."""
    site = documents.find_document(call.tenant.state, SITES, call.path["siteCode"], rule="N1")
    sites.check_visible(site, call.principal)
    return Reply(200, sites.site_row(site, call.query.get("expand")))


def get_codes(call: Call) -> Reply:
    """List the codes of the sites that the caller may see."""
    rows = [sites.site_row(site) for site in _select_sites(call)]
    codes, count = sites.list_codes(rows, call.query, call.tenant.switches)
    return Reply(200, codes, {"X-Count": str(count)} if call.query.get("totalCount") else {})


def post_site(call: Call) -> Reply:
    """Create a site."""
    return Reply(201, {"id": site_writes.create_site(call.tenant, call.body)})


def put_site(call: Call) -> Reply:
    """Replace a site."""
    site_writes.replace_site(call.tenant, call.path["siteCode"], call.body)
    return Reply(200)


def patch_site(call: Call) -> Reply:
    """Change fields of a site."""
    site_writes.merge_site_patch(call.tenant, call.path["siteCode"], call.body, call.validate_patched)
    return Reply(200)


def delete_site(call: Call) -> Reply:
    """Delete a site."""
    site_writes.remove_site(call.tenant, call.path["siteCode"])
    return Reply(204)


def get_mixins(call: Call) -> Reply:
    """Return the mixins of a site."""
    return Reply(200, site_writes.list_mixins(call.tenant.state, call.path["siteCode"]))


def get_mixin(call: Call) -> Reply:
    """Return a mixin of a site."""
    return Reply(200, site_writes.find_mixin(call.tenant.state, call.path["siteCode"], call.path["mixinName"]))


def post_mixin(call: Call) -> Reply:
    """Create a mixin of a site."""
    return Reply(201, {"id": site_writes.create_mixin(call.tenant, call.path["siteCode"], call.body)})


def put_mixin(call: Call) -> Reply:
    """Replace a mixin of a site."""
    return _write_mixin(call, is_partial=False)


def patch_mixin(call: Call) -> Reply:
    """Change fields of a mixin of a site."""
    return _write_mixin(call, is_partial=True)


def delete_mixin(call: Call) -> Reply:
    """Delete a mixin of a site."""
    site_writes.remove_mixin(call.tenant, call.path["siteCode"], call.path["mixinName"])
    return Reply(204)


def _write_mixin(call: Call, *, is_partial: bool) -> Reply:
    code, name = call.path["siteCode"], call.path["mixinName"]
    site_writes.replace_mixin(call.tenant, code, name, call.body, is_partial=is_partial)
    return Reply(200)


def _select_sites(call: Call) -> list[Document]:
    include_inactive = call.query.get("includeInactive", False)
    selected = sites.select_sites(call.tenant.state, call.principal, include_inactive=include_inactive)
    return sorted(selected, key=lambda site: str(site["code"]))


HANDLERS: dict[str, Handler] = {
    "GET-site-settings-list-site-configurations": get_sites,
    "GET-site-settings-retrieve-site-config": get_site,
    "GET-site-settings-list-site-codes": get_codes,
    "POST-site-settings-create-site": post_site,
    "PUT-site-settings-update-site-config": put_site,
    "PATCH-site-settings-update-site": patch_site,
    "DELETE-site-settings-remove-site": delete_site,
    "GET-site-settings-list-site-mixins": get_mixins,
    "POST-site-settings-create-site-mixin": post_mixin,
    "GET-site-settings-retrieve-site-mixin": get_mixin,
    "PUT-site-settings-update-site-mixin": put_mixin,
    "PATCH-site-settings-update-site-mixin": patch_mixin,
    "DELETE-site-settings-remove-site-mixin": delete_mixin,
}
