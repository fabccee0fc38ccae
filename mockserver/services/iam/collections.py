"""What the service stores: groups and the users who are in them, scopes and access controls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce

from ...domain import group_membership
from ...store.collection import ChangeText, Collection, DividedCollection, Row, Sections, TargetByField, Violation
from ...store.row_defaults import Draft, copy_field
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_removal import delete_referring
from ...store.row_schemas import CHOSEN_ID, CHOSEN_TEXTS, METADATA, MIXINS, TEXT, closed_object, describe
from ...store.state import Documents, State
from ...store.table import Table
from ...worlds.sample_values import sample_hex_id, sample_metadata
from .access_collections import ACCESS_CONTROLS, CONTROLS, SCOPES_OF_TENANT, TEMPLATES_OF_CONTROLS

USER_TYPE = {"enum": list(group_membership.USER_TYPES)}
TEXTS = {"type": "array", "items": TEXT}
TEAMS = ("Buyers", "Managers", "Requesters", "Editors")


class GroupUserCollection(DividedCollection):
    """The users of groups, stored in a table for each group, and by user."""

    def tables_by_first(self, state: State) -> Table[str, Documents]:
        """Return the users by group."""
        return state.group_users

    def put_row(self, state: State, row: Row) -> State:
        """Return a state in which a group has this user too."""
        return group_membership.with_group_user(state, row)

    def drop_row(self, state: State, row: Row) -> State:
        """Return a state without this user of a group."""
        return group_membership.without_group_user(state, row["groupId"], row["userId"])

    def drop_referring(self, state: State, path: str, _: str, keys: frozenset[str]) -> State:
        """Return a state in which these groups have no users, or these users are in no group."""
        drop = group_membership.without_users_of_group if path == "groupId" else group_membership.without_groups_of_user
        return reduce(drop, keys, state)

    def load(self, state: State, rows: Iterable[Row]) -> State:
        """Return a state with exactly these users of groups."""
        return group_membership.with_group_users(state, rows)


def _default_user_type(row: Row, draft: Draft) -> str:
    """Return the type of the users of the group."""
    group = draft.find_row(group_membership.GROUPS, row["groupId"]) or {}
    return group.get("userType", group_membership.CUSTOMER)  # type: ignore[no-any-return]


def check_user_types(world: Sections) -> Iterator[Violation]:
    """Yield the users whose type is not that of their group (O4); a missing group is another mistake."""
    types = {row["id"]: row["userType"] for row in world.get("groups", ())}
    for index, row in enumerate(world.get("groupUsers", ())):
        group_type = types.get(row["groupId"], row["userType"])
        if row["userType"] != group_type:
            yield f"/groupUsers/{index}/userType", f"group {row['groupId']!r} is for the type {group_type}"


def _generate_group(context: RowContext) -> GeneratedRow:
    """Return a group; every other one is bound to a legal entity, and every fourth one is for employees."""
    number, random, entities = context.number, context.random, context.rows["legalEntities"]
    is_bound = number % 2 == 0 and bool(entities)
    return {
        "id": sample_hex_id(random),
        "name": dict.fromkeys(context.languages[: 1 + number % 2], f"{TEAMS[number % len(TEAMS)]} {number}"),
        "userType": "EMPLOYEE" if number % 4 == 3 else "CUSTOMER",
        **({"b2b": {"legalEntityId": random.choice(entities)["id"]}} if is_bound else {}),
        "metadata": sample_metadata(random),
    }


def _generate_group_user(context: RowContext) -> GeneratedRow | None:
    """Return a user of a group; a group that is bound to a legal entity gets customers of it. None if it has none."""
    random, groups, customers = context.random, context.rows["groups"], context.rows["customers"]
    if not groups:
        return None
    group = random.choice(groups)
    entity_id = group_membership.legal_entity_id_of(group)
    if group["userType"] == "EMPLOYEE":
        user_ids = [f"employee{number}" for number in range(5)]
    else:
        user_ids = [
            customer["id"]
            for customer in customers
            if entity_id is None or entity_id in customer.get("legalEntities", ())
        ]
    if not user_ids:
        return None
    return {"groupId": group["id"], "userId": random.choice(user_ids), "userType": group["userType"]}


GROUPS = Collection(
    name=group_membership.GROUPS,
    defaults={"name": copy_field("id"), "userType": group_membership.CUSTOMER},
    description="Groups of the IAM Service; who is in them is in groupUsers.",
    references={"b2b.legalEntityId": "legalEntities"},
    loose_references={"accessControls": CONTROLS},
    on_delete={"b2b.legalEntityId": delete_referring},
    generator=RowGenerator(make_row=_generate_group, default_count=4),
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Id of the group.", examples=["buyers"]),
            "vendorId": describe(TEXT, "Id of the vendor that an employees' group belongs to."),
            "code": describe(TEXT, "The name of a predefined group, such as BUYER."),
            "name": describe(CHOSEN_TEXTS, "Name by language, or a plain text; the id if left out."),
            "description": describe(CHOSEN_TEXTS, "Description by language, or a plain text."),
            "userType": describe(USER_TYPE, "Who can be in the group."),
            "b2b": {
                "description": "Binds the group to a legal entity.",
                "type": "object",
                "properties": {"legalEntityId": describe(TEXT, "Id of the legal entity.")},
            },
            "accessControls": describe(TEXTS, "Ids of access controls, whose scopes its users have."),
            "templates": describe(TEXTS, "Ids of templates, for show."),
            "restrictions": describe(TEXTS, "Restrictions, for show."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("id",),
    ),
)
GROUP_USERS = GroupUserCollection(
    name="groupUsers",
    defaults={"userType": _default_user_type},
    description="Who is in which group; the type is that of the group, and a customer's id is the number.",
    key=("groupId", "userId"),
    references={"groupId": "groups", "userId": TargetByField("userType", {"CUSTOMER": "customers"})},
    check=check_user_types,
    told_by="groupId",
    change_texts={
        "added": ChangeText("{userId} joined {groupId}", "{count} users joined {groupId}"),
        "removed": ChangeText("{userId} left {groupId}", "{count} users left {groupId}"),
    },
    generator=RowGenerator(make_row=_generate_group_user, default_count=12),
    schema=closed_object(
        {
            "groupId": describe(CHOSEN_ID, "Id of the group."),
            "userId": describe(CHOSEN_ID, "Id of a customer, or any id of an employee."),
            "userType": describe(USER_TYPE, "Type of the user; that of the group if left out."),
        },
        ("groupId", "userId"),
    ),
)

COLLECTIONS = (GROUPS, GROUP_USERS, SCOPES_OF_TENANT, ACCESS_CONTROLS, TEMPLATES_OF_CONTROLS)
