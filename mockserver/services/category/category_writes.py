"""Writes of categories: what may be written by whom, and what goes with a deleted one (K8 to K10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...access import Principal
from ...errors import BadRequest, Conflict, Forbidden
from ...messages import Validate
from ...practices import documents, texts
from ...store.clock import normalize_timestamp
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import CATEGORIES

MANAGE = "category.category_manage"
PUBLISH, UNPUBLISH = "category.category_publish", "category.category_unpublish"
STORED_NAMES = {"localizedName": "name"}  # fields of bodies that are stored under another name
LOCALIZED_FIELDS = ("localizedName", "localizedDescription", "localizedSlug")
WRITABLE = (
    "id",
    "parentId",
    "code",
    *LOCALIZED_FIELDS,
    "ecn",
    "validity",
    "position",
    "published",
    "mixins",
    "metadata",
)
ROOT = "root"  # instead of the id of a parent
PERIOD = ("from", "to")
Body = Mapping[str, Any]


class DuplicateNumber(Conflict):
    """An external category number that another category has (K8)."""

    rule = "K8"
    message = "Duplicated ECN value - given ECN is already assigned to another category."


@dataclass(frozen=True, slots=True)
class CategoryWriter:
    """Writes categories for a caller.

    languages: `Content-Language`; None for all of the tenant.
    publish: what the query says about `published` in the body; None if it says nothing.
    """

    tenant: Tenant
    principal: Principal
    languages: str | None = None
    publish: bool | None = None

    def create(self, body: Body) -> str:
        """Create a category and return its id; BadRequest, Forbidden or Conflict (K8)."""

        def rule(state: State) -> tuple[State, str]:
            category_id = body.get("id") or self.tenant.ids.next_document_id(state.categories)
            if category_id in state.categories:
                raise Conflict
            return self._store(state, category_id, self._read_content(state, body)), category_id

        return self.tenant.change(rule)

    def upsert(self, category_id: str, body: Body) -> bool:
        """Create or replace a category; True if it is new (K8). BadRequest, Forbidden or Conflict."""

        def rule(state: State) -> tuple[State, bool]:
            is_new = category_id not in state.categories
            return self._store(state, category_id, self._read_content(state, body)), is_new

        return self.tenant.change(rule)

    def merge(self, category_id: str, patch: Body, validate_patched: Validate | None) -> None:
        """Change the fields of a category that a patch has; null removes one (K8). NotFound, or as in `upsert`."""

        def rule(state: State) -> tuple[State, None]:
            old = documents.find_document(state, CATEGORIES, category_id)
            content = self._read_content(state, patch)
            merged = documents.merge_document(old, {"parentId": None, **content} if "parentId" in patch else content)
            error = validate_patched(merged) if validate_patched else None
            if error is not None:
                raise error
            return self._store(state, category_id, merged), None

        self.tenant.change(rule)

    def remove(self, category_id: str, *, with_subcategories: bool) -> None:
        """Delete a category, and all below it or none (K10); NotFound, or BadRequest for a root with children."""
        self._check_scope(MANAGE)

        def rule(state: State) -> tuple[State, None]:
            category = documents.find_document(state, CATEGORIES, category_id)
            children = [child for child in state.categories.values() if child.get("parentId") == category_id]
            if children and not with_subcategories and "parentId" not in category:
                detail = "Cannot delete root category without subsequent categories"
                raise BadRequest("Error while deleting category", error_type="children", detail=detail, rule="K10")
            below = _list_descendants(state, category_id) if with_subcategories else []
            return documents.drop_documents(self.tenant, state, CATEGORIES.name, category_id, *below), None

        self.tenant.change(rule)

    def _read_content(self, state: State, body: Body) -> dict[str, Any]:
        """Return what is stored of a body; BadRequest for what its schema cannot say (K8)."""
        content = {name: body[name] for name in WRITABLE if name in body}
        for name in LOCALIZED_FIELDS:
            texts.check_languages(state, name, content.get(name))
        texts.check_named_languages(LOCALIZED_FIELDS, content, self.languages, rule="K8")
        if body.get("type") == "CLASSIFICATION" or body.get("ownClassificationMixins"):
            detail = "Categories that classify products are not simulated."
            raise BadRequest(field="/type", error_type="classification", detail=detail, rule="K8")
        if self.publish is not None and body.get("published", self.publish) != self.publish:
            detail = "It must be what `publish` in the query says."
            raise BadRequest(field="/published", error_type="publish", detail=detail, rule="K9")
        if content.get("parentId") in (None, ROOT):
            content.pop("parentId", None)
        if "validity" in content:
            content["validity"] = {
                name: _normalize_time(name, text) for name, text in content["validity"].items() if name in PERIOD
            }
        return {STORED_NAMES.get(name, name): value for name, value in content.items()}

    def _store(self, state: State, category_id: str, content: Body) -> State:
        """Return a state with a category, after all checks that need the state."""
        old = state.categories.get(category_id)
        present = {name: value for name, value in content.items() if value is not None}
        document = {"code": category_id, "position": 0, "published": bool(old and old["published"]), **present}
        self._check_scope(MANAGE)
        if document["published"] != (old is not None and old["published"]):
            self._check_scope(PUBLISH if document["published"] else UNPUBLISH)
        _check_numbers(state, category_id, document)
        return documents.store_document(self.tenant, state, CATEGORIES, category_id, document)

    def _check_scope(self, scope: str) -> None:
        """Raise Forbidden without a scope that the operation needs in addition to one of the others (K9)."""
        if scope not in self.principal.scopes:
            raise Forbidden(hint=f"needs the scope {scope}", scopes=(scope,), rule="K9")


def _check_numbers(state: State, category_id: str, category: Document) -> None:
    """Raise DuplicateNumber for an external number that another category has."""
    numbers = set(category.get("ecn", ()))
    for id_, other in state.categories.items() if numbers else ():
        if id_ != category_id and not numbers.isdisjoint(other.get("ecn", ())):
            raise DuplicateNumber


def _list_descendants(state: State, category_id: str) -> list[str]:
    """Return the ids of all categories below one, published or not."""
    found, level = [], {category_id}
    while level:
        level = {id_ for id_, category in state.categories.items() if category.get("parentId") in level}
        found += sorted(level)
    return found


def _normalize_time(name: str, text: str) -> str:
    try:
        return normalize_timestamp(text)
    except ValueError:
        detail = "Not a valid date and time."
        raise BadRequest(field=f"/validity/{name}", error_type="format", detail=detail, rule="K8") from None
