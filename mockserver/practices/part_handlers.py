"""Handlers for parts of documents: list, read, add, replace, change and remove them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..messages import Call, Handler, Listing, Reply
from .parts import PartsOf
from .rows import LazyRows, Row

FindOwner = Callable[[Call], str]  # returns the key of the document whose parts a call is about
PresentPart = Callable[[Row], Row]
ChangeTags = Callable[[Row, Sequence[str]], list[str]]  # returns the tags of a part together with some, or without them


def owner_in_path(parameter: str) -> FindOwner:
    """Return what reads the key of the document from a path parameter."""
    return lambda call: str(call.path[parameter])


def list_parts(parts: PartsOf, find_owner: FindOwner, present: PresentPart) -> Handler:
    """Return a handler that lists the parts of a document, in the order in which they were added."""
    return lambda call: Listing(LazyRows(parts.list_parts(call.tenant.state, find_owner(call)), present))


def read_part(parts: PartsOf, find_owner: FindOwner, parameter: str, present: PresentPart) -> Handler:
    """Return a handler that reads the part whose id is in a path parameter."""
    return lambda call: Reply(200, present(parts.find_part(call.tenant.state, find_owner(call), call.path[parameter])))


def add_part(parts: PartsOf, find_owner: FindOwner) -> Handler:
    """Return a handler that adds a part and returns its id."""
    return lambda call: Reply(201, {"id": parts.insert_part(call.tenant, find_owner(call), call.body or {})})


def replace_part(parts: PartsOf, find_owner: FindOwner, parameter: str) -> Handler:
    """Return a handler that adds (201) or changes (204) the part whose id is in a path parameter."""

    def handle(call: Call) -> Reply:
        id_ = call.path[parameter]
        is_new = parts.upsert_part(call.tenant, find_owner(call), id_, call.body or {}, call.validate_patched)
        return Reply(201, {"id": id_}) if is_new else Reply(204)

    return handle


def merge_part(parts: PartsOf, find_owner: FindOwner, parameter: str, status: int = 200) -> Handler:
    """Return a handler that changes the fields of a part that the body has, and answers without a body.

    status: 200 or 204, as the contract of the operation says.
    """

    def handle(call: Call) -> Reply:
        owner, id_ = find_owner(call), call.path[parameter]
        parts.merge_part(call.tenant, owner, id_, call.body or {}, call.validate_patched)
        return Reply(status)

    return handle


def remove_part(parts: PartsOf, find_owner: FindOwner, parameter: str) -> Handler:
    """Return a handler that removes the part whose id is in a path parameter."""

    def handle(call: Call) -> Reply:
        parts.remove_part(call.tenant, find_owner(call), call.path[parameter])
        return Reply(204)

    return handle


def change_tags(parts: PartsOf, find_owner: FindOwner, parameter: str, change: ChangeTags) -> Handler:
    """Return a handler that changes the tags of the part whose id is in a path parameter.

    The query parameter `tags` has them, separated by commas; blanks around them do not count.
    """

    def handle(call: Call) -> Reply:
        tags = [tag for tag in (part.strip() for part in call.query["tags"].split(",")) if tag]
        owner, id_ = find_owner(call), call.path[parameter]
        parts.change_part(call.tenant, owner, id_, lambda part: {"tags": change(part, tags)})
        return Reply(204)

    return handle
