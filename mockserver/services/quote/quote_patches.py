"""Changes of quotes: a list of operations, each of which names a field or an item (I5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from ...domain.quote_items import forget_totals
from ...errors import BadRequest

Operation = Mapping[str, Any]
Quote = dict[str, Any]

FIELDS = frozenset(
    {
        *("validTo", "comment", "billingAddressId", "shippingAddressId", "companyName", "customerId", "employeeId"),
        *("shipping", "restriction", "customerReference", "customerComment"),
    }
)
REQUIRED = frozenset({"customerId", "status", "items"})
MIXIN_PLACES = (("mixins",), ("metadata", "mixins"))
ITEM_MIXIN_PLACES = (*MIXIN_PLACES, ("product", "mixins"), ("product", "metadata", "mixins"))
MAX_CHANGES = 1000


class ChangedQuote:
    """A quote while operations are applied to it; `changes` are the entries that they add to its history."""

    def __init__(self, quote: Mapping[str, Any]) -> None:
        self.quote: Quote = deepcopy(dict(quote))
        self.changes: list[dict[str, Any]] = []

    def apply(self, position: int, operation: Operation) -> None:
        """Apply one operation; BadRequest for one that does not fit."""
        op, path = operation["op"].upper(), operation["path"]
        first, *rest = [step for step in path.split("/") if step] or [""]
        place = f"/{position}"
        previous = deepcopy(_value_at(self.quote, [first, *rest]))
        if op != "REMOVE" and "value" not in operation:
            raise _refuse(f"{place}/value", "ADD and REPLACE need a value.")
        if first == "items":
            _apply_to_items(self.quote, op, rest, operation.get("value"), place)
        elif any(_starts_with([first, *rest], steps) for steps in MIXIN_PLACES):
            _set_at(self.quote, [first, *rest], op, operation.get("value"), place)
        elif first in {*FIELDS, "status"} and not rest:
            self._apply_to_field(op, first, operation.get("value"), place)
        else:
            known = ", ".join(sorted(f"/{name}" for name in {*FIELDS, "status", "items", "mixins"}))
            raise _refuse(f"{place}/path", f"The paths are {known} and what items and mixins have.")
        values = {"newValue": operation.get("value"), "previousValue": previous}
        self.changes.append(
            {"op": op, "path": path, **{name: value for name, value in values.items() if value is not None}}
        )

    def _apply_to_field(self, op: str, name: str, value: Any, place: str) -> None:
        if op == "REMOVE":
            if name in REQUIRED:
                raise _refuse(f"{place}/path", f"/{name} cannot be removed.")
            self.quote.pop(name, None)
        else:
            wrapped = isinstance(value, Mapping) and name.startswith("customer") and set(value) == {"value"}
            self.quote[name] = value["value"] if wrapped else value


def apply_operations(quote: Mapping[str, Any], operations: Sequence[Operation]) -> ChangedQuote:
    """Return a quote with all operations applied, in their order; BadRequest for one that does not fit (I5)."""
    if len(operations) > MAX_CHANGES:
        raise BadRequest(error_type="limit", detail=f"at most {MAX_CHANGES} operations", rule="I5")
    changed = ChangedQuote(quote)
    for position, operation in enumerate(operations):
        changed.apply(position, operation)
    return changed


def _apply_to_items(quote: Quote, op: str, rest: Sequence[str], value: Any, place: str) -> None:
    if not rest:
        _change_item_list(quote, op, value, place)
        return
    item_id, *inner = rest
    position = next((index for index, item in enumerate(quote["items"]) if item.get("id") == item_id), None)
    if position is None:
        raise _refuse(f"{place}/path", "The quote has no item with this id.")
    item = quote["items"][position]
    if inner and any(_starts_with(inner, steps) for steps in ITEM_MIXIN_PLACES):
        _set_at(item, inner, op, value, place)
    elif inner not in ([], ["price"]):
        raise _refuse(f"{place}/path", "An item has /price, mixins, and mixins of its product.")
    elif op == "REMOVE" and not inner:
        del quote["items"][position]
    elif op != "REPLACE":
        raise _refuse(f"{place}/op", "An item is replaced or removed, and its price replaced.")
    else:
        given = _require_object(value, f"{place}/value")
        quote["items"][position] = _replace_item(item, {"price": given} if inner else given, f"{place}/value")


def _replace_item(item: Mapping[str, Any], given: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Return an item with what is given; a total that is not given is calculated again."""
    new_price = _require_object(given.get("price", {}), f"{place}/price")
    outdated = ["newUnitPrice"] if new_price.keys() & {"totalNetValue", "unitPrice"} else []
    outdated += [] if "totalNetValue" in new_price else ["totalNetValue"]
    merged = {**forget_totals(item["price"], *outdated), **new_price}
    return {**item, **{name: value for name, value in given.items() if name != "itemId"}, "price": merged}


def _change_item_list(quote: Quote, op: str, value: Any, place: str) -> None:
    given = list(value) if isinstance(value, list) else [] if value is None else [value]
    elements = [_require_object(each, f"{place}/value") for each in given]
    if op != "REMOVE":
        named = [{"id" if name == "itemId" else name: part for name, part in each.items()} for each in elements]
        quote["items"] = [*(quote["items"] if op == "ADD" else ()), *named]
    else:
        ids = {each.get("itemId") for each in elements if isinstance(each.get("itemId"), str)}
        if value is not None and not ids <= {item.get("id") for item in quote["items"]}:
            raise _refuse(f"{place}/value", "The quote lacks one of these items.")
        quote["items"] = [] if value is None else [item for item in quote["items"] if item.get("id") not in ids]


def _set_at(target: dict[str, Any], steps: Sequence[str], op: str, value: Any, place: str) -> None:
    *parents, last = steps
    node = target
    for step in parents:
        inner = node.setdefault(step, {}) if op != "REMOVE" else node.get(step)
        if not isinstance(inner, dict):
            raise _refuse(f"{place}/path", "Nothing is at this path.")
        node = inner
    if op == "REMOVE":
        if last not in node:
            raise _refuse(f"{place}/path", "Nothing is at this path.")
        del node[last]
    else:
        node[last] = value


def _value_at(quote: Quote, steps: Sequence[str]) -> Any:
    node: Any = quote
    for step in steps:
        if isinstance(node, list):
            node = next((item for item in node if item.get("id") == step), None)
        else:
            node = node.get(step) if isinstance(node, Mapping) else None
    return node


def _starts_with(steps: Sequence[str], beginning: Sequence[str]) -> bool:
    return len(steps) > len(beginning) and tuple(steps[: len(beginning)]) == tuple(beginning)


def _require_object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _refuse(place, "An object is needed.")
    return value


def _refuse(field: str, detail: str) -> BadRequest:
    return BadRequest(field=field, error_type="patch", detail=detail, rule="I5")
