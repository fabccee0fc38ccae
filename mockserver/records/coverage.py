"""The coverage of one tenant: how often each cell of the contract was covered, and by which tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

import orjson

from ..contract.body_fields import FieldScan, walk_fields
from ..contract.operations import MULTI_STATUS, PARAMETER_LOCATIONS, Operation
from ..messages import Call
from .exchange import Exchange

MAX_TESTS_PER_ITEM = 20  # names behind a cell
MAX_TEST_NAMES = 1000  # different ones, of a tenant
OTHER_TESTS = "(other tests)"  # stands for all names beyond NAMES_AT_MOST

CoverageKey = tuple[str, str, str, str]  # equal to a cell and made in a tenth of the time, which counts at each call
COVERAGE_DIMENSIONS = {
    "operations": "operations",
    "statuses": "documented statuses",
    "parameters": "query and header parameters",
    "bodyProperties": "body properties",
    "enumValues": "enum values",
    "scopes": "scopes",
    "elements": "codes of bulk elements",
}


@dataclass(slots=True)
class Hits:
    """How many calls covered a cell, and the names of the tests that made them, in order.

    more: whether there were more names than are kept.
    """

    count: int = 0
    tests: dict[str, None] = field(default_factory=dict)
    has_more_tests: bool = False

    def add_test(self, test: str) -> None:
        """Note a test, as long as there is room."""
        if len(self.tests) < MAX_TESTS_PER_ITEM or test in self.tests:
            self.tests[test] = None
        else:
            self.has_more_tests = True

    def merge(self, other: Hits) -> None:
        """Add what another tally counted."""
        self.count += other.count
        self.has_more_tests |= other.has_more_tests
        for test in other.tests:
            self.add_test(test)


HitsByItem = dict[CoverageKey, Hits]


class Coverage:
    """Tallies by cell; there are no more cells than the contract has, but for statuses that it lacks."""

    def __init__(self) -> None:
        self._hits: HitsByItem = {}
        self._test_names: dict[str, str] = {}  # each by itself, since all cells share it
        self._lock = Lock()

    def record_hits(self, exchange: Exchange) -> None:
        """Count what a visit covers: nothing, if a fault made up the answer or broke it, or if it is a HEAD."""
        operation = exchange.operation
        if operation is None or exchange.request.method != operation.method:
            return
        keys = collect_covered_keys(operation, exchange) if _is_own_response(exchange) else (injected_item(operation),)
        with self._lock:
            test = self._intern_test_name(exchange.test_name)
            for key in keys:
                hits = self._hits.get(key)
                if hits is None:
                    hits = self._hits[key] = Hits()
                hits.count += 1
                if test is not None:
                    hits.add_test(test)

    def add_hits(self, hits_by_item: HitsByItem) -> None:
        """Add what was counted elsewhere."""
        with self._lock:
            _add_hits(self._hits, hits_by_item)

    def copy_hits(self) -> HitsByItem:
        """Return the tallies as they are now."""
        with self._lock:
            return merge_hits([self._hits])

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._hits.clear()
            self._test_names.clear()

    def _intern_test_name(self, test: str | None) -> str | None:
        """Return the one copy of a test's name that is kept; MANY in its place if there are too many names."""
        if test is None:
            return None
        if test not in self._test_names and len(self._test_names) >= MAX_TEST_NAMES:
            return OTHER_TESTS
        return self._test_names.setdefault(test, test)


def _is_own_response(exchange: Exchange) -> bool:
    """Whether the answer is the service's own, and comes through, if slowly."""
    fault = exchange.response.network_fault if exchange.response else None
    return not exchange.is_injected and (fault is None or fault.kind == "drip")


def merge_hits(hits_of_tenants: Iterable[HitsByItem]) -> HitsByItem:
    """Add the tallies of several tenants: counts are summed, tests united."""
    total: HitsByItem = {}
    for hits_by_item in hits_of_tenants:
        _add_hits(total, hits_by_item)
    return total


def _add_hits(total: HitsByItem, hits_by_item: HitsByItem) -> None:
    for key, hits in hits_by_item.items():
        total.setdefault(key, Hits()).merge(hits)


# What can become of an element of a bulk, by the method: an upsert makes (201) or replaces (204), and may come with
# a stale version (409); a creation may find its id taken (409); a deletion is content with what is not there (D9).
# Each may be of the wrong form or break a rule (400, E1). The contract itself lists none of these codes.
ELEMENT_CODES = {"PUT": (201, 204, 400, 409), "POST": (201, 400, 409), "DELETE": (204, 400)}


class CoverageItem(NamedTuple):
    """One thing in the contract that a test can cover.

    place: `path`, `query`, `header` or `body`, for parameters, body properties and enum values.
    value: the status, name, JSON pointer, scope or code; for an enum both name and value, as in `type=PRODUCT`.
    """

    dimension: str
    operation_id: str
    place: str = ""
    value: str = ""

    @property
    def label(self) -> str:
        """What a person calls it, within its dimension."""
        return " ".join(filter(None, self[1:]))


def list_coverage_items(operation: Operation) -> Iterator[CoverageItem]:
    """Give all cells of an operation; ids in the path are no parameters here, since no call can leave them out."""
    yield CoverageItem("operations", operation.id)
    yield from (
        CoverageItem("statuses", operation.id, value=str(status)) for status in sorted(operation.documented_statuses)
    )
    for place in PARAMETER_LOCATIONS:
        for parameter in operation.parameters[place]:
            if place != "path":
                yield CoverageItem("parameters", operation.id, place, parameter.name)
            yield from _list_enum_items(operation, place, parameter.name, parameter.enum_values)
    for pointer, shape in operation.body_plan.field_tree.walk_declared() if operation.body_plan else ():
        yield CoverageItem("bodyProperties", operation.id, "body", pointer)
        yield from _list_enum_items(operation, "body", pointer, shape.enum_values)
    yield from (CoverageItem("scopes", operation.id, value=scope) for scope in operation.scopes)
    if MULTI_STATUS in operation.reply_validators:
        yield from (
            CoverageItem("elements", operation.id, value=str(code)) for code in ELEMENT_CODES.get(operation.method, ())
        )


def collect_covered_keys(operation: Operation, exchange: Exchange) -> set[CoverageKey]:
    """Return the cells that a visit covers; a refused call covers only its status."""
    id_, call = operation.id, exchange.call
    keys: set[CoverageKey] = {("statuses", id_, "", str(exchange.status))}
    if call is None or not 200 <= exchange.status < 300:
        return keys
    keys.add(("operations", id_, "", ""))
    if exchange.is_authenticated and (scope := exchange.used_scope) is not None:
        keys.add(("scopes", id_, "", scope))
    keys.update(_collect_parameter_keys(operation, call))
    body, scan = call.body, exchange.scan
    if exchange.status == MULTI_STATUS and exchange.response:
        codes = [entry["code"] for entry in orjson.loads(exchange.response.content)]
        real_codes = {code for at, code in enumerate(codes) if at not in exchange.failed_elements}
        keys.update(("elements", id_, "", str(code)) for code in real_codes)
        if max(codes, default=0) >= 300:
            body, scan = [element for element, code in zip(body, codes, strict=True) if code < 300], None
    if body:
        keys.update(_collect_property_keys(operation, body, scan))
    return keys


def injected_item(operation: Operation) -> CoverageItem:
    """Return the cell, in no dimension, that counts the calls which a fault answered or broke."""
    return CoverageItem("injected", operation.id)


def _list_enum_items(operation: Operation, place: str, name: str, values: tuple[Any, ...]) -> Iterator[CoverageItem]:
    return (CoverageItem("enumValues", operation.id, place, f"{name}={value}") for value in values)


def _collect_parameter_keys(operation: Operation, call: Call) -> Iterator[CoverageKey]:
    for place, values in (("path", call.path), ("query", call.query), ("header", call.header)):
        if values:
            for parameter in operation.parameters[place]:
                name = parameter.name
                if name in values:
                    if place != "path":
                        yield "parameters", operation.id, place, name
                    if parameter.enum_values:
                        yield "enumValues", operation.id, place, f"{name}={values[name]}"


def _collect_property_keys(operation: Operation, body: Any, scan: FieldScan | None) -> Iterator[CoverageKey]:
    """Give what a body covers; it was looked at before, unless parts of it failed or it was too much."""
    assert operation.body_plan is not None
    for occurrence in scan.declared if scan and scan.is_complete else walk_fields(operation.body_plan.field_tree, body):
        if occurrence.declaration is not None:
            yield "bodyProperties", operation.id, "body", occurrence.pointer
            if occurrence.declaration.enum_values:
                for value in set(map(str, occurrence.values)):
                    yield "enumValues", operation.id, "body", f"{occurrence.pointer}={value}"
