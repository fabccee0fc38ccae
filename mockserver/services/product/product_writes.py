"""Writes of products: what may be written by whom, and bulks (L6 to L10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from ...access import Principal
from ...errors import BadRequest, ClientError, Conflict, Forbidden
from ...messages import Validate
from ...practices import documents, texts, writes
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import PRODUCT_TYPES, PRODUCTS

MANAGE = ("product.product_manage", "product.product_manage_by_vendor")
PUBLISH, UNPUBLISH = "product.product_publish", "product.product_unpublish"
WRITABLE = (
    *("id", "code", "name", "description", "published", "brandId", "labelIds", "productType", "weightDependent"),
    *("vendor", "template", "relatedItems", "bundledProducts", "mixins", "taxClasses", "metadata"),
)
KEPT = ("categories", "media")  # other services write them
Body = Mapping[str, Any]


class ProductConflict(Conflict):
    """A new product whose id or code is taken, or a code that another product has (L6)."""

    rule = "L6"
    message = "Conflict - a resource with given code or id has already exist."


@dataclass(frozen=True, slots=True)
class ProductWriter:
    """Writes products for a caller.

    language: that of plain texts in bodies; None for the default one.
    skips_related_items: whether related products need not exist (L9).
    """

    tenant: Tenant
    principal: Principal
    language: str | None = None
    skips_related_items: bool = False

    def create(self, body: Body) -> str:
        """Create a product and return its id; BadRequest, Forbidden or ProductConflict (L6)."""
        return self.tenant.change(lambda state: self._create(state, body))

    def upsert(self, product_id: str, body: Body) -> bool:
        """Create or replace a product; True if it is new. BadRequest, Forbidden, ProductConflict or StaleVersion."""
        return self.tenant.change(lambda state: self._upsert(state, product_id, body))

    def merge(self, product_id: str, patch: Body, validate_patched: Validate | None) -> None:
        """Change the fields of a product that a patch has (L6); NotFound, or as in `upsert`."""

        def rule(state: State) -> tuple[State, None]:
            old = documents.find_document(state, PRODUCTS, product_id)
            content = documents.merge_document(old, self._read_content(state, patch))
            error = validate_patched(content) if validate_patched else None
            if error is not None:
                raise error
            return self._store(state, product_id, content), None

        self.tenant.change(rule)

    def remove(self, product_id: str) -> None:
        """Delete a product and what belongs to it (L8); NotFound as in `documents.remove_document`."""
        self._check_manager()
        documents.remove_document(self.tenant, PRODUCTS, product_id)

    def create_many(self, elements: Sequence[Any], errors: Mapping[int, ClientError]) -> writes.BulkEntries:
        """Create products, each on its own (E1)."""
        return self._write_many(elements, errors, creates=True)

    def upsert_many(self, elements: Sequence[Any], errors: Mapping[int, ClientError]) -> writes.BulkEntries:
        """Create or replace products, each on its own (E1)."""
        return self._write_many(elements, errors, creates=False)

    def _write_many(
        self, elements: Sequence[Any], errors: Mapping[int, ClientError], *, creates: bool
    ) -> writes.BulkEntries:
        def rule(state: State) -> tuple[State, writes.BulkEntries]:
            def write_element(element: Any) -> writes.ElementOutcome:
                nonlocal state
                if creates:
                    state, id_ = self._create(state, element)
                    return 201, id_
                state, is_new = self._upsert(state, element["id"], element)
                return (201 if is_new else 204), element["id"]

            entries = writes.run_bulk(elements, errors, write_element, 0, _id_of)
            return state, entries

        self._check_manager()
        entries = self.tenant.change(rule)
        for position, entry in enumerate(entries):
            entry["status"] = HTTPStatus(entry["code"]).name
            error = entries.errors.get(position)
            if isinstance(error, BadRequest):
                entry["details"] = [" ".join(part for part in (error.field, error.detail) if part)]
        return entries

    def _create(self, state: State, body: Body) -> tuple[State, str]:
        product_id = body.get("id") or self.tenant.ids.next_document_id(state.products)
        if product_id in state.products:
            raise ProductConflict
        return self._store(state, product_id, self._read_content(state, body)), product_id

    def _upsert(self, state: State, product_id: str, body: Body) -> tuple[State, bool]:
        old = state.products.get(product_id)
        content = self._read_content(state, body)
        for name in ("name", "code"):
            if name not in content:
                raise BadRequest(field=f"/{name}", error_type="required", detail="A product needs it.", rule="L6")
        if old is not None:
            content = {"productType": old.get("productType", "BASIC"), **content}
            content |= {name: old[name] for name in KEPT if name in old}
        return self._store(state, product_id, content), old is None

    def _read_content(self, state: State, body: Body) -> dict[str, Any]:
        """Return what can be written of a body, its texts by language (D20)."""
        content = {name: body[name] for name in WRITABLE if name in body}
        if content.get("template"):
            template = content["template"]
            content["template"] = {"id": template["id"], "version": str(template["version"])}
        return texts.name_languages(state, PRODUCTS, content, self.language)

    def _store(self, state: State, product_id: str, content: Body) -> State:
        """Return a state with a product, after all checks that need the state."""
        old = state.products.get(product_id)
        document = {"published": False, "productType": "BASIC", **content}
        self._check_manager()
        self._check_publication(old, document)
        _check_type(old, document)
        _check_code(state, product_id, document["code"], old)
        if self.tenant.switches.references == "strict":
            self._check_products(state, product_id, document)
        return documents.store_document(self.tenant, state, PRODUCTS, product_id, document)

    def _check_manager(self) -> None:
        """Raise Forbidden for a caller who may publish products, but not write them (L7)."""
        self._check_scope(MANAGE)

    def _check_publication(self, old: Document | None, new: Body) -> None:
        """Raise Forbidden for a caller who may not publish a product, or take it back (L7)."""
        was_published = old is not None and old.get("published", True)
        if new["published"] != was_published:
            self._check_scope((PUBLISH if new["published"] else UNPUBLISH,))

    def _check_scope(self, any_of: tuple[str, ...]) -> None:
        if self.principal.scopes.isdisjoint(any_of):
            raise Forbidden(hint=f"needs one of the scopes {', '.join(any_of)}", scopes=any_of, rule="L7")

    def _check_products(self, state: State, product_id: str, content: Body) -> None:
        """Raise BadRequest for a product that a relation or a bundle names and that does not exist (L9)."""
        related = () if self.skips_related_items else content.get("relatedItems", ())
        named = [("relatedItems", index, "refId", item["refId"]) for index, item in enumerate(related)]
        bundled = enumerate(content.get("bundledProducts", ()))
        named += [("bundledProducts", index, "productId", part["productId"]) for index, part in bundled]
        for field, index, id_field, id_ in named:
            if id_ not in state.products or (field == "bundledProducts" and id_ == product_id):
                detail = "None of the other products has this id."
                raise BadRequest(field=f"/{field}/{index}/{id_field}", error_type="reference", detail=detail, rule="L9")


def _check_type(old: Document | None, new: Body) -> None:
    """Raise BadRequest for another type than before, and for a bundle of nothing (L10)."""
    product_type = new["productType"]
    detail = ""
    if old is not None and product_type != old.get("productType", "BASIC"):
        detail = f"The product is {old.get('productType', 'BASIC')}, and its type cannot be changed."
    elif product_type not in PRODUCT_TYPES:
        detail = f"Variants are not simulated, only the types {' and '.join(PRODUCT_TYPES)}."
    elif product_type == "BUNDLE" and not new.get("bundledProducts"):
        detail = "A BUNDLE needs bundledProducts."
    if detail:
        raise BadRequest(field="/productType", error_type="productType", detail=detail, rule="L10")


def _check_code(state: State, product_id: str, code: str, old: Document | None) -> None:
    """Raise ProductConflict for a new code that another product has (L6)."""
    if old is not None and old["code"] == code:
        return
    if any(product["code"] == code for id_, product in state.products.items() if id_ != product_id):
        raise ProductConflict


def _id_of(element: Any) -> str | None:
    id_ = element.get("id") if isinstance(element, dict) else None
    return id_ if isinstance(id_, str) else None
