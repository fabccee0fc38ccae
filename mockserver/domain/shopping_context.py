"""What a session buys with: its site, currency and country, and the customer (S1 to S4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from ..access import Principal
from ..store.clock import format_timestamp
from ..store.state import Document, Revision, State
from ..store.tenant import Tenant
from ..store.token_store import CUSTOMER_TOKEN_PREFIX
from .own_segments import find_joined_segment_ids, list_acting_groups
from .segment_activity import is_active_segment

SESSION_CONTEXTS = "sessionContexts"  # the name of the collection, whose rows are kept by session
CHOICES = ("siteCode", "currency", "targetLocation")  # what a session chooses; all else follows from them (S3)
AWAITS_CART = "awaitsCart"  # a field of rows that clients cannot see yet (S1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShoppingContext:
    """What prices, carts and coupons of a session depend on.

    is_chosen: whether the session has chosen a site, a currency or a country; otherwise all are defaults (S3).
    session_id: that of the visitor's or customer's token.
    group_ids: the IAM groups of the customer, without those that are bound to another legal entity.
    segment_ids: the active segments that the customer belongs to.
    at: the time by the tenant's clock.
    """

    site_code: str
    currency: str
    country: str
    is_chosen: bool
    session_id: str
    customer_id: str | None
    legal_entity_id: str | None
    group_ids: frozenset[str]
    segment_ids: frozenset[str]
    at: datetime


def session_id_of(principal: Principal) -> str | None:
    """Return the session of a token; None for the token of a service or an administrator.

    The tokens of a customer that were not issued by a login share a session, which is named `customer:ID`; a visitor's
    are in one that is named like the token (S2).
    """
    if principal.session_id is not None:
        return principal.session_id
    if principal.customer_id is not None:
        return CUSTOMER_TOKEN_PREFIX + principal.customer_id
    return principal.name or "anonymous" if principal.is_visitor else None


def find_context(tenant: Tenant, principal: Principal, state: State | None = None) -> ShoppingContext | None:
    """Return what the caller's session buys with (S3); None for a service, and for a tenant without sites.

    state: that to read, for rules that change it; the tenant's present one by default.
    """
    state, session_id = state or tenant.state, session_id_of(principal)
    if session_id is None:
        return None
    row = state.collection(SESSION_CONTEXTS).get(session_id, {})
    values = complete_choices(state, principal.customer_id, row)
    if values is None:
        return None
    return ShoppingContext(
        site_code=values["siteCode"],
        currency=values["currency"],
        country=values["targetLocation"],
        is_chosen=any(name in row for name in CHOICES) or principal.session_id is None,
        session_id=session_id,
        customer_id=principal.customer_id,
        legal_entity_id=principal.legal_entity_id,
        group_ids=find_group_ids(state, principal.customer_id, principal.legal_entity_id),
        segment_ids=find_active_segment_ids(tenant, state, principal.customer_id, principal.legal_entity_id),
        at=tenant.clock.now(),
    )


def find_group_ids(state: State, customer_id: str | None, entity_id: str | None) -> frozenset[str]:
    """Return the ids of the IAM groups in which a customer acts for a legal entity, or for none."""
    return frozenset(group["id"] for group in list_acting_groups(state, customer_id, entity_id))


def find_active_segment_ids(
    tenant: Tenant, state: State, customer_id: str | None, entity_id: str | None
) -> frozenset[str]:
    """Return the ids of the active segments that a customer belongs to."""
    now, ids = tenant.clock.now(), find_joined_segment_ids(state, customer_id, entity_id)
    return frozenset(id_ for id_ in ids if is_active_segment(state, id_, now, tenant.switches))


def complete_choices(state: State, customer_id: str | None, row: Document) -> dict[str, str] | None:
    """Return site, currency and country of a session, with those that it has not chosen (S3); None without sites."""
    customer = state.customers.get(customer_id or "", {})
    site = _find_site(state, row.get("siteCode") or customer.get("preferredSite"))
    if site is None:
        return None
    return {
        "siteCode": row.get("siteCode") or site["code"],
        "currency": row.get("currency") or customer.get("preferredCurrency") or site["currency"],
        "targetLocation": row.get("targetLocation") or _country_of(customer) or country_of_site(site),
    }


def country_of_site(site: Document) -> str:
    """Return the country where a site is based; Germany if its row does not say (N2)."""
    country: str = site.get("homeBase", {}).get("address", {}).get("country", "DE")
    return country


def choose(tenant: Tenant, state: State, session_id: str, **changes: Any) -> State:
    """Return a state in which a session has these values in its context, which is created if it is missing.

    A value of None is removed. A context with a `cartId` can be read from then on (S1).
    """
    old = state.collection(SESSION_CONTEXTS).get(session_id) or {"sessionId": session_id}
    return with_context(tenant, state, {**old, **changes})


def start_context(tenant: Tenant, state: State, session_id: str, choices: Mapping[str, str]) -> State:
    """Return a state with what a session has chosen at its login; clients cannot read a new context yet (S1, S4)."""
    is_new = session_id not in state.collection(SESSION_CONTEXTS)
    return choose(tenant, state, session_id, **choices, **({AWAITS_CART: True} if is_new else {}))


def with_context(tenant: Tenant, state: State, row: Document) -> State:
    """Return a state with this session context, in its next version; values of None are left out."""
    session_id, now = row["sessionId"], format_timestamp(tenant.clock.now())
    old = state.collection(SESSION_CONTEXTS).get(session_id)
    revision = Revision(1, now, now) if old is None else Revision.from_document(old).make_next(now)
    kept = {name: value for name, value in row.items() if value is not None}
    if "cartId" in kept:
        kept.pop(AWAITS_CART, None)
    return state.with_document(SESSION_CONTEXTS, session_id, {**kept, "metadata": revision.to_metadata(None)})


def _find_site(state: State, code: str | None) -> Document | None:
    """Return the site with a code, or the default one, or the first one; None without sites."""
    sites = list(state.sites.values())
    if code is not None and code in state.sites:
        return state.sites[code]
    return next(chain((site for site in sites if site.get("default")), sites), None)


def _country_of(customer: Document) -> str | None:
    """Return the country that a customer's goods are sent to, or else that of the invoice."""
    addresses = customer.get("addresses", ())
    for tag in ("SHIPPING", "BILLING"):
        for address in addresses:
            if tag in address.get("tags", ()) and address.get("country"):
                country: str = address["country"]
                return country
    return None
