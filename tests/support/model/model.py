"""The writing half of the reference model: plain dictionaries, and the rules written a second time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.support.specs import STATIC_WORDS

from . import bodies
from .answers import (
    BAD_BODY,
    BAD_PARAMETERS,
    CHANGED,
    EXISTS,
    STATUS_TEXTS,
    TOO_LONG,
    ExpectedResponse,
    Refused,
    Row,
    not_found,
    require,
    run_rule,
)
from .reading import CustomerKey, ReadModel


class Model(ReadModel):
    """One tenant with reads and writes."""

    # Writes of segments.

    def create(self, body: Any, generated: Iterator[str]) -> ExpectedResponse:
        return run_rule(lambda: ExpectedResponse(201, {"id": self._create(body, generated)}))

    def upsert(self, id_: str, body: Any) -> ExpectedResponse:
        def put() -> ExpectedResponse:
            require(id_ not in STATIC_WORDS, BAD_PARAMETERS)
            return ExpectedResponse(201, {"id": id_}) if self._upsert(id_, body) else ExpectedResponse(204)

        return run_rule(put)

    def patch(self, id_: str, operations: Any) -> ExpectedResponse:
        return run_rule(lambda: self._patch(id_, operations))

    def delete(self, id_: str, *, force: bool) -> ExpectedResponse:
        return run_rule(lambda: self._delete(id_, force=force))

    def create_many(self, elements: Any, generated: Iterator[str]) -> ExpectedResponse:
        return self._bulk(elements, lambda element: (201, self._create(element, generated)), _string_id)

    def upsert_many(self, elements: Any) -> ExpectedResponse:
        def act(element: Any) -> tuple[int, str]:
            require(bodies.has_id(element))
            return 201 if self._upsert(element["id"], element) else 204, element["id"]

        return self._bulk(elements, act, _string_id)

    def delete_many(self, elements: Any, *, force: bool) -> ExpectedResponse:
        def act(id_: Any) -> tuple[int, str]:
            require(bodies.is_id(id_))
            return self._delete(id_, force=force).status, id_

        return self._bulk(elements, act, lambda element: element if isinstance(element, str) else None)

    # Writes of assignments.

    def assign_item(self, segment: str, kind: str, item: str, body: Any) -> ExpectedResponse:
        return run_rule(lambda: self._assign_item(segment, kind, item, body))

    def remove_item(self, segment: str, kind: str, item: str) -> ExpectedResponse:
        return run_rule(lambda: self._remove_item(segment, kind, item))

    def assign_items(self, segment: str, kind: str, elements: Any) -> ExpectedResponse:
        def act(element: Any) -> tuple[int, None]:
            require(bodies.has_id(element))
            return self._assign_item(segment, kind, element["id"], element).status, None

        return self._bulk(elements, act, kind=kind)

    def remove_items(self, segment: str, kind: str, elements: Any) -> ExpectedResponse:
        def act(id_: Any) -> tuple[int, None]:
            require(bodies.is_id(id_))
            return self._remove_item(segment, kind, id_).status, None

        return self._bulk(elements, act, kind=kind)

    def assign_customer(self, segment: str, who: CustomerKey, body: Any) -> ExpectedResponse:
        return run_rule(lambda: self._assign_customer(segment, who, body))

    def remove_customer(self, segment: str, who: CustomerKey) -> ExpectedResponse:
        self.members.pop((segment, *who), None)
        return ExpectedResponse(204)

    def assign_customers(self, segment: str, elements: Any) -> ExpectedResponse:
        return self._bulk(
            elements, lambda element: (self._assign_customer(segment, _customer_key(element), element).status, None)
        )

    def remove_customers(self, segment: str, elements: Any) -> ExpectedResponse:
        return self._bulk(
            elements, lambda element: (self.remove_customer(segment, _customer_key(element)).status, None)
        )

    def assign_group(self, segment: str, group: str, body: Any) -> ExpectedResponse:
        return run_rule(lambda: self._assign_group(segment, group, body))

    def remove_group(self, segment: str, group: str) -> ExpectedResponse:
        self.segment_groups.pop((segment, group), None)
        return ExpectedResponse(204)

    # Writes of groups, in the IAM Service.

    def replace_group(self, group: Row) -> None:
        """Delete a group with its users and its assignments (D19), and create another one with its id."""
        id_ = group["id"]
        self.group_users = {user for user in self.group_users if user[0] != id_}
        self.segment_groups = {key: row for key, row in self.segment_groups.items() if key[1] != id_}
        self.groups = self.groups | {id_: group}

    def join_group(self, group: str, user: str) -> int:
        """Put a user into a group and return the status."""
        created = (group, user) not in self.group_users
        self.group_users = self.group_users | {(group, user)}
        return 201 if created else 204

    def leave_group(self, group: str, user: str) -> None:
        self.group_users = self.group_users - {(group, user)}

    # The rules.

    def _create(self, body: Any, generated: Iterator[str]) -> str:
        """Create a segment (D4). `generated`: an id from the service for each new segment without one."""
        require(bodies.is_segment(body, new=True) and self._is_valid(body.get("id"), body))
        id_: str = body["id"] if "id" in body else next(generated, "a new id")
        if id_ in self.segments:
            raise Refused(409, EXISTS)
        self._store(id_, body, None)
        return id_

    def _upsert(self, id_: str, body: Any) -> bool:
        require(bodies.is_segment(body, new=False) and self._is_valid(id_, body))
        old = self.segments.get(id_)
        self._store(id_, body, old)
        return old is None

    def _patch(self, id_: str, operations: Any) -> ExpectedResponse:
        """Apply a JSON Patch (D11)."""
        require(bodies.is_patch(operations))
        if id_ not in self.segments:
            raise not_found(id_)
        old = self.segments[id_]
        try:
            new = bodies.apply_patch(old, operations)
        except bodies.InvalidPatch:
            raise Refused(400, BAD_BODY) from None
        require(bodies.is_segment(new, new=False))
        require(new.get("id") == id_)
        require(new.get("metadata", {}).get("createdAt") == old["metadata"]["createdAt"])
        self._upsert(id_, new)
        return ExpectedResponse(204)

    def _is_valid(self, id_: str | None, body: Row) -> bool:
        """Check the body against the world (D7, D12) and the reserved ids (D16)."""
        return id_ not in STATIC_WORDS and body["siteCode"] in self.sites and bodies.are_mixins_valid(body)

    def _store(self, id_: str, body: Row, old: Row | None) -> None:
        metadata = self._metadata(old, body)
        names = ("name", "description", "validity", "status", "siteCode", "mixins")
        content = {name: body[name] for name in names if name in body}
        if "validity" in content:  # C12: the calls send times in UTC, with or without milliseconds
            content["validity"] = {end: f"{text[:19]}.000Z" for end, text in content["validity"].items()}
        self.segments[id_] = {"id": id_, "status": "INACTIVE", **content, "metadata": metadata}

    def _delete(self, id_: str, *, force: bool) -> ExpectedResponse:
        """Delete a segment with its assignments (D9, D10)."""
        items = [key for key in self.items if key[0] == id_]
        members = [key for key in self.members if key[0] == id_]
        groups = [key for key in self.segment_groups if key[0] == id_]
        require(force or not (items or members or groups))
        self.segments.pop(id_, None)
        for item in items:
            del self.items[item]
        for member in members:
            del self.members[member]
        for group in groups:
            del self.segment_groups[group]
        return ExpectedResponse(204)

    def _assign_item(self, segment: str, kind: str, item: str, body: Any) -> ExpectedResponse:
        require(kind in ("PRODUCT", "CATEGORY"), BAD_PARAMETERS)
        require(bodies.has_valid_extras(body) and bodies.are_mixins_valid(body))
        require(segment in self.segments and (kind, item) in self.catalogue)
        old = self.items.get((segment, kind, item))
        self.items[segment, kind, item] = self._assignment(old, body)
        return ExpectedResponse(204 if old else 201)

    def _remove_item(self, segment: str, kind: str, item: str) -> ExpectedResponse:
        require(kind in ("PRODUCT", "CATEGORY"), BAD_PARAMETERS)
        self.items.pop((segment, kind, item), None)
        return ExpectedResponse(204)

    def _assign_customer(self, segment: str, who: CustomerKey, body: Any) -> ExpectedResponse:
        customer, entity = who
        require(bodies.has_valid_extras(body) and bodies.are_mixins_valid(body))
        require(segment in self.segments and customer in self.customers)
        require(entity is None or entity in self.customers[customer]["legalEntities"])
        old = self.members.get((segment, *who))
        self.members[segment, customer, entity] = {"assignmentType": "MANUAL", **self._assignment(old, body)}
        return ExpectedResponse(204 if old else 201)

    def _assign_group(self, segment: str, group: str, body: Any) -> ExpectedResponse:
        require(bodies.has_valid_extras(body) and bodies.are_mixins_valid(body))
        require(segment in self.segments and group in self.groups and self.groups[group]["userType"] == "CUSTOMER")
        old = self.segment_groups.get((segment, group))
        self.segment_groups[segment, group] = self._assignment(old, body)
        return ExpectedResponse(204 if old else 201)

    def _assignment(self, old: Row | None, body: Row) -> Row:
        mixins = {"mixins": body["mixins"]} if "mixins" in body else {}
        return {"metadata": self._metadata(old, body), **mixins}

    def _metadata(self, old: Row | None, body: Row) -> Row:
        """Return the next metadata (D1); 409 for an old version (D3)."""
        metadata = body.get("metadata", {})
        now = self.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        created, version = (old["metadata"]["createdAt"], old["metadata"]["version"]) if old else (now, 0)
        if old and metadata.get("version", version) != version:
            raise Refused(409, CHANGED)
        urls = {"mixins": metadata["mixins"]} if "mixins" in metadata else {}
        return {"createdAt": created, "modifiedAt": now, "version": version + 1, **urls}

    def _bulk(
        self,
        elements: Any,
        act: Callable[[Any], tuple[int, str | None]],
        name: Callable[[Any], str | None] = lambda _: None,
        kind: str = "PRODUCT",
    ) -> ExpectedResponse:
        """Run a bulk element by element (E1 to E7)."""

        def entry(index: int, element: Any) -> Row:
            try:
                code, id_ = act(element)
                result = {"code": code, "status": STATUS_TEXTS[code]}
            except Refused as refused:
                id_, result = name(element), refused.body
            return {"index": index, **result, **({} if id_ is None else {"id": id_})}

        def rule() -> ExpectedResponse:
            require(kind in ("PRODUCT", "CATEGORY"), BAD_PARAMETERS)
            require(isinstance(elements, list))
            require(len(elements) <= 200, TOO_LONG)
            return ExpectedResponse(207, [entry(index, element) for index, element in enumerate(elements)])

        return run_rule(rule)


def _customer_key(element: Any) -> CustomerKey:
    require(bodies.has_id(element, "customerId"))
    require("legalEntityId" not in element or bodies.has_id(element, "legalEntityId"))
    return element["customerId"], element.get("legalEntityId")


def _string_id(element: Any) -> str | None:
    id_ = element.get("id") if isinstance(element, dict) else None
    return id_ if isinstance(id_, str) else None
