"""Sites and their mixins as requests write them (N8, N9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...errors import BadRequest, Conflict, NotFound
from ...messages import Validate
from ...practices import documents, merge_patch
from ...practices.documents import Body
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import SITES
from .sites import site_row

Mixins = Mapping[str, Any]
DEFAULT = "default"  # the field that says which site is the default one


def create_site(tenant: Tenant, body: Body) -> str:
    """Create a site and return its code; Conflict if the code is taken (D4), BadRequest (N8)."""

    def rule(state: State) -> tuple[State, str]:
        code: str = body["code"]
        if code in state.sites:
            raise Conflict
        return _store(tenant, state, code, body), code

    return tenant.change(rule)


def replace_site(tenant: Tenant, code: str, body: Body) -> None:
    """Replace a site; NotFound, BadRequest (N8) or StaleVersion (D3)."""

    def rule(state: State) -> tuple[State, None]:
        find_site(state, code)
        return _store(tenant, state, code, body), None

    tenant.change(rule)


def merge_site_patch(tenant: Tenant, code: str, patch: Body, validate: Validate | None) -> None:
    """Change the fields of a site that a body has; NotFound, BadRequest (N8) or StaleVersion (D3).

    validate: finds what is wrong with the site that the change would leave.
    """

    def rule(state: State) -> tuple[State, None]:
        merged = documents.merge_document(find_site(state, code), {**patch, "code": code})
        error = validate(site_row(merged)) if validate else None
        if error is not None:
            raise error
        return _store(tenant, state, code, merged), None

    tenant.change(rule)


def remove_site(tenant: Tenant, code: str) -> None:
    """Delete a site with what belongs to it; NotFound, or BadRequest for the default site (N8)."""

    def rule(state: State) -> tuple[State, None]:
        if find_site(state, code).get(DEFAULT):
            raise BadRequest(
                field="siteCode", error_type=DEFAULT, detail="The default site cannot be deleted.", rule="N8"
            )
        return documents.drop_documents(tenant, state, SITES.name, code), None

    tenant.change(rule)


def find_site(state: State, code: str) -> Document:
    """Return a site; NotFound (C10)."""
    return documents.find_document(state, SITES, code)


def list_mixins(state: State, code: str) -> Mixins:
    """Return the mixins of a site by name; NotFound for a missing site."""
    mixins: Mixins = find_site(state, code).get("mixins", {})
    return mixins


def find_mixin(state: State, code: str, name: str) -> Any:
    """Return a mixin of a site; NotFound (N9)."""
    mixins = list_mixins(state, code)
    if name not in mixins:
        raise NotFound(name, rule="N9")
    return mixins[name]


def create_mixin(tenant: Tenant, code: str, body: Body) -> str:
    """Add the mixin that a body has under its name, and return the name; Conflict if the site has it (N9)."""
    ((name, mixin),) = body.items()

    def change(mixins: Mixins) -> Mixins:
        if name in mixins:
            raise Conflict(f"The site has a mixin {name} already.", rule="N9")
        return {**mixins, name: mixin}

    _change_mixins(tenant, code, change)
    return name


def replace_mixin(tenant: Tenant, code: str, name: str, body: Body, *, is_partial: bool) -> None:
    """Replace a mixin of a site or change its fields; NotFound (N9).

    body: the mixin, or an object that has it under its name.
    """
    named = body.get(name)
    content = named if len(body) == 1 and isinstance(named, dict) else body

    def change(mixins: Mixins) -> Mixins:
        if name not in mixins:
            raise NotFound(name, rule="N9")
        return {**mixins, name: merge_patch.apply_merge_patch(mixins[name], content) if is_partial else content}

    _change_mixins(tenant, code, change)


def remove_mixin(tenant: Tenant, code: str, name: str) -> None:
    """Remove a mixin of a site; NotFound (N9)."""

    def change(mixins: Mixins) -> Mixins:
        if name not in mixins:
            raise NotFound(name, rule="N9")
        return {other: mixin for other, mixin in mixins.items() if other != name}

    _change_mixins(tenant, code, change)


def _change_mixins(tenant: Tenant, code: str, change: Callable[[Mixins], Mixins]) -> None:
    def rule(state: State) -> tuple[State, None]:
        site = find_site(state, code)
        merged = {**documents.merge_document(site, {}), "mixins": change(site.get("mixins", {}))}
        return documents.store_document(tenant, state, SITES, code, merged), None

    tenant.change(rule)


def _store(tenant: Tenant, state: State, code: str, body: Body) -> State:
    content: dict[str, Any] = {**body, "code": code}
    for name in ("availableCurrencies", "shipToCountries"):
        if name in content:
            content[name] = list(dict.fromkeys(content[name]))
    for choice, options in SITES.choices.items():
        if content[choice] not in content.get(options, [content[choice]]):
            detail = f"It must be one of the {options} of the site."
            raise BadRequest(field=f"/{choice}", error_type="reference", detail=detail, rule="N8")
    if content.get(DEFAULT):
        for other in list(state.sites.values()):
            if other.get(DEFAULT) and other["code"] != code:
                state = state.with_document(SITES.name, other["code"], {**other, DEFAULT: False})
    return documents.store_document(tenant, state, SITES, code, content)
