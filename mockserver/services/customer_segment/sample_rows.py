"""Segments and assignments of generated worlds."""

from __future__ import annotations

from ...store.row_generation import GeneratedRow, RowContext
from ...worlds.sample_values import ATTRIBUTES_SCHEMA_URL, GRADES, sample_hex_id, sample_metadata

AUDIENCES = ("Builders", "Collectors", "Gardeners", "Newcomers", "Painters", "Professionals", "Regulars", "Traders")
VALIDITIES: tuple[GeneratedRow, ...] = (
    {},
    {"from": "2024-01-01T00:00:00.000Z", "to": "2099-01-01T00:00:00.000Z"},
    {"from": "2020-01-01T00:00:00.000Z", "to": "2021-01-01T00:00:00.000Z"},
    {"from": "2098-01-01T00:00:00.000Z", "to": "2099-01-01T00:00:00.000Z"},
)


def generate_segment(context: RowContext) -> GeneratedRow:
    """Return a segment; its number decides on its state, so that any ten segments have all states."""
    number, random, languages, sites = context.number, context.random, context.languages, context.rows["sites"]
    audience = f"{GRADES[number % len(GRADES)]} {random.choice(AUDIENCES)}"
    has_mixins = number % 5 == 3
    mixin_urls = {"mixins": {"segmentAttributes": ATTRIBUTES_SCHEMA_URL}} if has_mixins else {}
    return {
        "id": sample_hex_id(random),
        "name": dict.fromkeys(languages[: 1 + number % len(languages)], audience),
        "description": {languages[0]: f"{audience}, segment {number}"},
        "status": "INACTIVE" if number % 5 == 4 else "ACTIVE",
        "siteCode": sites[number % len(sites)]["code"],
        **({"validity": VALIDITIES[number % len(VALIDITIES)]} if number % len(VALIDITIES) else {}),
        **({"mixins": {"segmentAttributes": {"membershipStatus": "STANDARD"}}} if has_mixins else {}),
        "metadata": sample_metadata(random) | mixin_urls,
    }


def generate_customer_assignment(context: RowContext) -> GeneratedRow | None:
    """Return a customer's assignment, every third one AUTOMATIC; None without segments or customers."""
    random, segments, customers = context.random, context.rows["segments"], context.rows["customers"]
    if not segments or not customers:
        return None
    customer = random.choice(customers)
    entity_id = random.choice([None, *customer.get("legalEntities", ())])
    return {
        "segmentId": random.choice(segments)["id"],
        "customerId": customer["id"],
        **({"legalEntityId": entity_id} if entity_id else {}),
        "assignmentType": "AUTOMATIC" if context.number % 3 == 2 else "MANUAL",
        "metadata": sample_metadata(random),
    }


def generate_group_assignment(context: RowContext) -> GeneratedRow | None:
    """Return the assignment of a group of customers; None without segments or such groups."""
    random, segments = context.random, context.rows["segments"]
    groups = [group for group in context.rows["groups"] if group["userType"] == "CUSTOMER"]
    if not segments or not groups:
        return None
    return {
        "segmentId": random.choice(segments)["id"],
        "groupId": random.choice(groups)["id"],
        "metadata": sample_metadata(random),
    }


def generate_item_assignment(context: RowContext) -> GeneratedRow | None:
    """Return an item's assignment, every fourth one of a category; None without segments or items."""
    random, segments = context.random, context.rows["segments"]
    item_type, collection = ("CATEGORY", "categories") if context.number % 4 == 3 else ("PRODUCT", "products")
    items = context.rows[collection]
    if not segments or not items:
        return None
    item, segment = random.choice(items), random.choice(segments)
    return {
        "segmentId": segment["id"],
        "type": item_type,
        "itemId": item["id"],
        "metadata": sample_metadata(random),
    }
