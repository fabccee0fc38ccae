"""Which ids of a tenant stand for those of the default world, which the examples of the specs name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..domain.customer_profile import DEFAULT_PASSWORD, contact_assignment_id
from ..store.collection import Collection, Row
from ..store.state import CustomerAssignment, State
from ..store.token_store import CUSTOMER_TOKEN_PREFIX
from ..store.world import World

CATEGORY_SPEC = "category"  # its examples mean categories where a product has the same published id
ADMIN_TOKEN = "admin-token"  # noqa: S105 - of the default world, as are these
CUSTOMER_TOKENS = ("customer-token", "customer2-token")


def map_example_ids(
    default_world: Mapping[str, Any], world: World, tenant: str, collections: Mapping[str, Collection], spec_name: str
) -> dict[str, str]:
    """Return an id of the tenant for each id of the default world that it lacks; e-mails and tokens alike.

    The first id stands for the first one, and so on, and the last one for all others. A collection without rows
    leaves the ids of the default world.
    """
    own_rows = _order_rows(world.state_of(tenant), collections)
    names = sorted(own_rows, key=lambda name: (name == "categories") != (spec_name == CATEGORY_SPEC))
    ids: dict[str, str] = {}
    for name in names:
        key_of = collections[name].key_of
        _pair(
            ids, (str(key_of(row)) for row in default_world.get(name, ())), [str(key_of(row)) for row in own_rows[name]]
        )
    customers = own_rows["customers"]
    _pair(ids, (row["email"] for row in default_world["customers"]), [row["email"] for row in customers])
    _pair(ids, _contact_ids(default_world["customers"]), list(_contact_ids(customers)))
    _pair(ids, _address_ids(default_world["customers"]), list(_address_ids(customers)))
    if customers and default_world["customers"][0]["id"] in ids:
        ids[DEFAULT_PASSWORD] = customers[0].get("password", DEFAULT_PASSWORD)
    return ids | _map_tokens(world, tenant, customers)


def _map_tokens(world: World, tenant: str, customers: Iterable[Row]) -> dict[str, str]:
    """Return which tokens stand for default ones that the tenant does not offer."""
    offered = {token for token, _ in world.tokens.list_offered(tenant)}
    own = [CUSTOMER_TOKEN_PREFIX + customer["id"] for customer in customers]
    usable = (token for token in own if world.tokens.find_holder(f"Bearer {token}", tenant))
    of_customer = next(usable, None) or world.tokens.suggest_token(tenant, of_customer=True)
    tokens = dict.fromkeys(CUSTOMER_TOKENS, of_customer) | {ADMIN_TOKEN: world.tokens.suggest_token(tenant)}
    return {name: token for name, token in tokens.items() if token and name not in offered}


def _order_rows(state: State, collections: Mapping[str, Collection]) -> dict[str, list[Row]]:
    """Return rows of a state, first those that examples can name together, as in the default world.

    First come an ACTIVE segment with a customer who is assigned with a legal entity, this customer, this legal entity,
    an item of the segment, and roots of trees; prices come in the order of their products. Last comes a segment that
    the customer is in without a legal entity.
    """
    rows = {
        name: [row for _, row in collection.export(state)]
        for name, collection in collections.items()
        if collection.references.keys().isdisjoint(collection.key_fields)  # else the ids are those of other rows
    }
    assignments = [assignment for table in state.members.by_segment.values() for assignment in table.values()]
    active_first = sorted(assignments, key=lambda each: state.segments[each.segment_id]["status"] != "ACTIVE")
    first = min(active_first, key=lambda each: each.legal_entity_id is None, default=None)
    item_ids: set[str] = set()
    if first is not None:
        without_entity = {each.segment_id for each in active_first if _is_personal(each, first.customer_id)}
        item_ids = {item.item_id for item in state.items.get(first.segment_id, {}).values()}
        rows["segments"].sort(key=lambda row: (row["id"] != first.segment_id, row["id"] in without_entity))
        rows["customers"].sort(key=lambda row: row["id"] != first.customer_id)
        rows["legalEntities"].sort(key=lambda row: row["id"] != first.legal_entity_id)
    rows["products"].sort(key=lambda row: row["id"] not in item_ids)
    products = [row["id"] for row in rows["products"]]
    rows["prices"] = [row for row in rows["prices"] if row["itemId"]["id"] in products]
    rows["prices"].sort(key=lambda row: products.index(row["itemId"]["id"]))
    rows["categories"].sort(key=lambda row: ("parentId" in row, row["id"] not in item_ids))
    return rows


def _is_personal(assignment: CustomerAssignment, customer_id: str) -> bool:
    return assignment.customer_id == customer_id and assignment.legal_entity_id is None


def _contact_ids(customers: Iterable[Row]) -> Iterable[str]:
    return (
        contact_assignment_id(entity_id, customer["id"])
        for customer in customers
        for entity_id in customer.get("legalEntities", ())
    )


def _address_ids(customers: Iterable[Row]) -> Iterable[str]:
    return (address["id"] for customer in customers for address in customer.get("addresses", ()))


def _pair(ids: dict[str, str], default_ids: Iterable[str], own_ids: Sequence[str]) -> None:
    """Add the own ids that stand for the default ones, unless these exist or have a meaning already."""
    existing = set(own_ids)
    for index, id_ in enumerate(default_ids):
        if own_ids and id_ not in existing:
            ids.setdefault(id_, own_ids[min(index, len(own_ids) - 1)])
