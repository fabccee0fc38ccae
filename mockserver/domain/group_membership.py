"""The IAM groups of users, and the users of groups, which several services know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ..store.state import NO_DOCUMENTS, Document, Documents, State
from ..store.table import Table

GROUPS = "groups"  # the name of the collection
USER_TYPES = CUSTOMER, EMPLOYEE = "CUSTOMER", "EMPLOYEE"  # of groups, and of the users in them


def list_groups_of_user(state: State, user_id: str | None) -> list[Document]:
    """Return the groups of a user, such as a customer, in the order of their ids; missing groups are ignored.

    A group has `id`, `name` (a text by language) and `userType`; see also `legal_entity_id_of`.
    """
    group_ids = state.user_groups.get(user_id or "")
    if not group_ids:
        return []
    groups = state.collection(GROUPS)
    return [groups[id_] for id_ in group_ids if id_ in groups]


def legal_entity_id_of(group: Document) -> str | None:
    """Return the legal entity that a group is bound to, or None."""
    legal_entity_id: str | None = group.get("b2b", {}).get("legalEntityId")
    return legal_entity_id


def users_of_group(state: State, group_id: str) -> Documents:
    """Return the users of a group by id, each as `groupId`, `userId` and `userType`; empty for an unknown group."""
    return state.group_users.get(group_id, NO_DOCUMENTS)


def with_group_users(state: State, rows: Iterable[Document]) -> State:
    """Return a state with exactly these users of groups."""
    users: dict[str, dict[str, Document]] = defaultdict(dict)
    groups: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        users[row["groupId"]][row["userId"]] = row
        groups[row["userId"]].add(row["groupId"])
    return state._replace(
        group_users=Table.from_pairs((id_, Table.from_pairs(by_user.items())) for id_, by_user in users.items()),
        user_groups=Table.from_pairs((id_, tuple(sorted(group_ids))) for id_, group_ids in groups.items()),
    )


def with_group_user(state: State, row: Document) -> State:
    """Return a state in which a group has this user too."""
    group_id, user_id = row["groupId"], row["userId"]
    group_ids = tuple(sorted({*state.user_groups.get(user_id, ()), group_id}))
    return state._replace(
        group_users=state.group_users.set(group_id, users_of_group(state, group_id).set(user_id, row)),
        user_groups=state.user_groups.set(user_id, group_ids),
    )


def without_group_user(state: State, group_id: str, user_id: str) -> State:
    """Return a state without a user of a group, or this state itself if the group does not have the user."""
    users = users_of_group(state, group_id)
    if user_id not in users:
        return state
    remaining_users = users.delete(user_id)
    remaining_ids = tuple(id_ for id_ in state.user_groups[user_id] if id_ != group_id)
    group_users, user_groups = state.group_users, state.user_groups
    return state._replace(
        group_users=group_users.set(group_id, remaining_users) if remaining_users else group_users.delete(group_id),
        user_groups=user_groups.set(user_id, remaining_ids) if remaining_ids else user_groups.delete(user_id),
    )


def without_users_of_group(state: State, group_id: str) -> State:
    """Return a state in which a group has no users."""
    for user_id in users_of_group(state, group_id):
        state = without_group_user(state, group_id, user_id)
    return state


def without_groups_of_user(state: State, user_id: str) -> State:
    """Return a state in which a user is in no group."""
    for group_id in state.user_groups.get(user_id, ()):
        state = without_group_user(state, group_id, user_id)
    return state
