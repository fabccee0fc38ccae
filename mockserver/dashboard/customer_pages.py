"""The pages of customers and segments: who sees which segment, and why or why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from ..access import Principal
from ..domain.group_membership import GROUPS, list_groups_of_user
from ..domain.segment_activity import is_active_segment
from ..services.customer_segment.category_trees import build_segment_trees
from ..services.customer_segment.visibility import Viewer, is_segment_of_site
from ..store.state import State
from ..store.token_store import CUSTOMER_TOKEN_PREFIX
from .customer_items import explain_items
from .state_pages import find_state_row, link_row, plain_text
from .visit import PageView, Visit

MAX_SHOWN = 100  # members, items and groups of a segment


def show_customer(visit: Visit) -> PageView:
    """Show a customer, and each segment and item with the reason why the customer sees it or not."""
    customer_id = visit.ids["id"]
    row = find_state_row(visit, "customers", customer_id)
    tenant = visit.simulation.world.tenant(visit.tenant)
    entity_id, site = visit.query.get("entity") or None, visit.query.get("site") or None
    viewer = Viewer(tenant, tenant.state, Principal(frozenset(), customer_id=customer_id), entity_id)
    state, segments = tenant.state, explain_segments(viewer, site)
    values = {
        "tenant": tenant.name,
        "customer": row,
        "entities": [(id_, state.legal_entities.get(id_, {}).get("name", "")) for id_ in row.get("legalEntities", ())],
        "entity": entity_id or "",
        "sites": list(state.sites),
        "site": site or "",
        "segments": segments,
        **explain_items(visit, viewer, site, {each["id"]: "; ".join(each["reasons"]) for each in segments}),
        "groups": [plain_text(group["name"]) for group in list_groups_of_user(state, customer_id)],
        "trees": build_segment_trees(state, set(_list_categories(state, viewer.own_segment_ids(), site))),
        "token": f"{CUSTOMER_TOKEN_PREFIX}{customer_id}",
        "address": link_row(visit, "customers", customer_id),
        "form": visit.link(f"state/customers/rows/{customer_id}", tenant=tenant.name),
        "segment_address": lambda id_: link_row(visit, "segments", id_),
    }
    return PageView("customer.html", values)


def explain_segments(viewer: Viewer, site: str | None) -> list[dict[str, Any]]:
    """Return each segment with whether the viewer sees it, and the reasons; those that are seen come first."""
    seen = {id_ for id_ in viewer.own_segment_ids() if is_segment_of_site(viewer.state, id_, site)}
    explained = [
        {
            "id": id_,
            "name": plain_text(segment["name"]),
            "is_seen": id_ in seen,
            "reasons": list(_explain_presence(viewer, id_) if id_ in seen else _explain_absence(viewer, id_, site)),
        }
        for id_, segment in viewer.state.segments.items()
    ]
    return sorted(explained, key=lambda facts: not facts["is_seen"])


def show_segment(visit: Visit) -> PageView:
    """Show a segment: its members, groups, items, and its category tree."""
    segment_id = visit.ids["id"]
    row = find_state_row(visit, "segments", segment_id)
    tenant = visit.simulation.world.tenant(visit.tenant)
    state, now = tenant.state, tenant.clock.now()
    members, items = state.members_of(segment_id), state.items_of(segment_id)
    groups = state.segment_groups.of_segment(segment_id)
    values = {
        "tenant": tenant.name,
        "segment": row,
        "name": plain_text(row["name"]),
        "is_active": is_active_segment(state, segment_id, now, tenant.switches),
        "members": [_describe_member(visit, state, member) for member in islice(members.values(), MAX_SHOWN)],
        "member_count": len(members),
        "items": [_describe_item(visit, state, item) for item in islice(items, MAX_SHOWN)],
        "item_count": len(items),
        "groups": [_name_group(state, id_) for id_ in islice(groups, MAX_SHOWN)],
        "group_count": len(groups),
        "trees": build_segment_trees(state, set(_list_categories(state, [segment_id], None))),
        "form": visit.link(f"state/segments/rows/{segment_id}", tenant=tenant.name),
    }
    return PageView("segment.html", values)


def _explain_presence(viewer: Viewer, segment_id: str) -> Iterator[str]:
    """Yield how the viewer belongs to a segment."""
    state = viewer.state
    for assignment in viewer.own_assignments():
        if assignment.segment_id == segment_id:
            entity = assignment.legal_entity_id
            yield f"assigned for the legal entity {_name_entity(state, entity)}" if entity else "assigned"
    yield from (f"in the group {name}" for name in _list_group_names(viewer, segment_id))


def _explain_absence(viewer: Viewer, segment_id: str, site: str | None) -> Iterator[str]:
    """Yield what hides a segment. Each reason is found by asking the rules again without one condition."""
    state, tenant = viewer.state, viewer.tenant
    if segment_id not in viewer.joined_segment_ids():
        anywhere = replace(viewer, requested_entity_id=None)
        if segment_id in anywhere.joined_segment_ids():
            names = ", ".join(_explain_presence(anywhere, segment_id))
            yield f"{names}, but not for the legal entity {_name_entity(state, viewer.requested_entity_id)}"
        elif any(_list_group_names(viewer, segment_id)):
            yield f"in the group {', '.join(_list_group_names(viewer, segment_id))}, which does not count for customers"
        else:
            yield "neither assigned nor in one of its groups"
    if not is_active_segment(state, segment_id, tenant.clock.now(), tenant.switches):
        by_status = replace(tenant.switches, active="status")
        is_over = is_active_segment(state, segment_id, tenant.clock.now(), by_status)
        yield (
            "its validity has not begun or is over"
            if is_over
            else f"its status is {state.segments[segment_id]['status']}"
        )
    if not is_segment_of_site(state, segment_id, site):
        yield f"its site is {state.segments[segment_id].get('siteCode') or 'none'}"


def _list_group_names(viewer: Viewer, segment_id: str) -> list[str]:
    """Return the names of the customer's groups that are assigned to a segment."""
    groups = list_groups_of_user(viewer.state, viewer.principal.customer_id)
    assigned = viewer.state.segment_groups
    return [plain_text(group["name"]) for group in groups if assigned.get(segment_id, group["id"])]


def _list_categories(state: State, segment_ids: list[str], site: str | None) -> Iterator[str]:
    for segment_id in segment_ids:
        if is_segment_of_site(state, segment_id, site):
            for kind, id_ in state.items_of(segment_id):
                if kind == "CATEGORY" and id_ in state.categories:
                    yield id_


def _name_group(state: State, group_id: str) -> str:
    return plain_text(state.collection(GROUPS).get(group_id, {}).get("name", group_id))


def _name_entity(state: State, entity_id: str | None) -> str:
    return str(state.legal_entities.get(entity_id or "", {}).get("name", entity_id))


def _describe_member(visit: Visit, state: State, member: Any) -> dict[str, str]:
    customer = state.customers.get(member.customer_id, {})
    name = " ".join(part for part in (customer.get("firstName"), customer.get("lastName")) if part)
    entity = _name_entity(state, member.legal_entity_id) if member.legal_entity_id else ""
    address = link_row(visit, "customers", member.customer_id)
    return {"id": member.customer_id, "name": name, "entity": entity, "address": address}


def _describe_item(visit: Visit, state: State, key: tuple[str, str]) -> dict[str, str]:
    kind, id_ = key
    item = state.catalogue(kind).get(id_, {})
    collection = "products" if kind == "PRODUCT" else "categories"
    return {
        "kind": kind,
        "id": id_,
        "name": plain_text(item.get("name", "")),
        "address": link_row(visit, collection, id_),
    }
