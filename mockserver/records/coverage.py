"""Coverage of one tenant: which parts of the contract it exercised, by which tests, and which scopes its callers used.

It counts coverage items, such as a status of an operation or a value of an enum. Scopes are recorded for each persona,
the name of a token's holder, so that tokens can be cut to the scopes that they need.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

from ..contract import constraints
from ..contract.body_fields import FieldScan, list_declared_fields
from ..contract.operations import MULTI_STATUS, Operation
from ..messages import Call
from .exchange import Exchange

MAX_TESTS_PER_ITEM = 20
MAX_MARKS = 1000  # of one tenant
MAX_TEST_NAMES = 4000  # different names in the coverage of one tenant
OTHER_TESTS = "(other tests)"  # replaces the names beyond MAX_TEST_NAMES
MAX_PERSONAS = 100
OTHER_CALLERS = "(other callers)"  # replaces the personas beyond MAX_PERSONAS
MAX_SCOPES_PER_PERSONA = 100


class CoverageItem(NamedTuple):
    """One part of the contract that a test can cover.

    place: `path`, `query`, `header` or `body`, for parameters, body properties and enum values.
    value: the status, name, JSON pointer, scope or code; for an enum both name and value, as in `type=PRODUCT`.
    """

    dimension: str
    operation_id: str
    place: str = ""
    value: str = ""

    @property
    def label(self) -> str:
        """The item's name within its dimension."""
        return " ".join(filter(None, self[1:]))


Mark = tuple[Any, ...]  # equal for exchanges that cover the same items
CoverageKey = tuple[str, str, str, str]  # equal to a CoverageItem, and ten times as fast to make


@dataclass(slots=True)
class Hits:
    """How many calls covered an item, and the names of the tests that made them, oldest first.

    has_more_tests: whether there were more names than MAX_TESTS_PER_ITEM.
    """

    count: int = 0
    tests: dict[str, None] = field(default_factory=dict)
    has_more_tests: bool = False

    def add_test(self, test: str) -> None:
        """Add the name of a test, if there is room."""
        if len(self.tests) < MAX_TESTS_PER_ITEM or test in self.tests:
            self.tests[test] = None
        else:
            self.has_more_tests = True

    def merge(self, other: Hits) -> None:
        """Add the hits of another tenant."""
        self.count += other.count
        self.has_more_tests |= other.has_more_tests
        for test in other.tests:
            self.add_test(test)


@dataclass(slots=True)
class Persona:
    """All callers with tokens of one name.

    granted_scopes: the scopes of the tokens.
    needed_scopes: scope and operation, for each scope that allowed a call.
    denials: how many calls were forbidden, by operation and by the scopes that would have allowed it.
    is_customer: whether it is a customer, whose scopes come with the login and cannot be reduced.
    """

    granted_scopes: set[str] = field(default_factory=set)
    needed_scopes: set[tuple[str, str]] = field(default_factory=set)
    denials: Counter[tuple[str, tuple[str, ...]]] = field(default_factory=Counter)
    is_customer: bool = False

    @property
    def unused_scopes(self) -> set[str]:
        """The scopes that were granted and never needed."""
        return set() if self.is_customer else self.granted_scopes - {scope for scope, _ in self.needed_scopes}

    def add_granted_scopes(self, scopes: Collection[str]) -> None:
        """Add the scopes of a token, as far as there is room."""
        self.granted_scopes.update(sorted(scopes)[: MAX_SCOPES_PER_PERSONA - len(self.granted_scopes)])

    def merge(self, other: Persona) -> None:
        """Add the scopes and denials of another tenant's persona."""
        self.add_granted_scopes(other.granted_scopes)
        self.needed_scopes |= other.needed_scopes
        self.denials += other.denials
        self.is_customer |= other.is_customer


class Coverage:
    """Hits by coverage item, and personas by name.

    Clients cannot add items, since the contract declares them, except for statuses and codes that it lacks.
    """

    def __init__(self, max_personas: int = MAX_PERSONAS) -> None:
        self.hits: dict[CoverageKey, Hits] = {}
        self.personas: dict[str, Persona] = {}
        self._hits_by_mark: dict[Mark | None, list[Hits]] = {}
        self._max_personas = max_personas
        self._test_names: dict[str, str] = {}  # one copy of each, which all items share
        self._lock = Lock()

    def record_exchange(self, exchange: Exchange) -> None:
        """Count the items that an exchange covers, and record the scopes of its caller."""
        if exchange.operation is None:
            return
        is_authenticated, status = exchange.is_authenticated, exchange.status
        scope = exchange.used_scope if is_authenticated else None
        mark = _mark_exchange(exchange.operation, exchange, status, scope)
        with self._lock:
            hits = self._hits_by_mark.get(mark)
            if hits is None:
                hits = self._find_hits(exchange.operation, exchange, scope, mark)
            test = exchange.test_name
            _count_hits(hits, None if test is None else self._intern_test_name(test))
            if is_authenticated:
                self._record_scopes(exchange.operation, exchange, status, scope)

    def merge(self, other: Coverage) -> None:
        """Add the coverage of another tenant."""
        with other._lock, self._lock:
            for key, hits in other.hits.items():
                self.hits.setdefault(key, Hits()).merge(hits)
            for name, persona in other.personas.items():
                self._get_persona(name).merge(persona)

    def clear(self) -> None:
        """Reset all counts, and forget the personas."""
        with self._lock:
            self.hits.clear()
            self._hits_by_mark.clear()
            self.personas.clear()
            self._test_names.clear()

    def _find_hits(
        self, operation: Operation, exchange: Exchange, used_scope: str | None, mark: Mark | None
    ) -> list[Hits]:
        """Return the hits of the items that an exchange covers, and keep the list for exchanges with the same mark."""
        hits = [self.hits.setdefault(key, Hits()) for key in collect_covered_keys(operation, exchange, used_scope)]
        if mark is not None and len(self._hits_by_mark) < MAX_MARKS:
            self._hits_by_mark[mark] = hits
        return hits

    def _intern_test_name(self, test: str) -> str:
        """Return the shared copy of a test's name, or OTHER_TESTS if there are too many names."""
        if test not in self._test_names and len(self._test_names) >= MAX_TEST_NAMES:
            return OTHER_TESTS
        return self._test_names.setdefault(test, test)

    def _record_scopes(self, operation: Operation, exchange: Exchange, status: int, used_scope: str | None) -> None:
        """Record the caller's scopes, and which it lacked or needed: also if the call failed after one allowed it."""
        principal = exchange.principal
        if principal is None or exchange.is_injected or status == 401:
            return
        persona = self._get_persona(principal.name)
        if not persona.granted_scopes.issuperset(principal.scopes):
            persona.add_granted_scopes(principal.scopes)
        persona.is_customer |= principal.customer_id is not None
        if status == 403:
            if exchange.missing_scopes:
                persona.denials[operation.id, exchange.missing_scopes] += 1
        elif used_scope is not None:
            persona.needed_scopes.add((used_scope, operation.id))

    def _get_persona(self, name: str) -> Persona:
        persona = self.personas.get(name)
        if persona is not None:
            return persona
        return self.personas.setdefault(name if len(self.personas) < self._max_personas else OTHER_CALLERS, Persona())


def _count_hits(hits: Iterable[Hits], test: str | None) -> None:
    for item_hits in hits:
        item_hits.count += 1
        if test is not None:
            item_hits.add_test(test)


def merge_coverage(coverages: Iterable[Coverage]) -> Coverage:
    """Return the coverage of several tenants together; the personas are bounded for each tenant only."""
    total = Coverage(max_personas=sys.maxsize)
    for coverage in coverages:
        total.merge(coverage)
    return total


def injected_item(operation: Operation) -> CoverageItem:
    """Return the item, in no dimension, that counts calls whose response a fault replaced or broke."""
    return CoverageItem("injected", operation.id)


def collect_covered_keys(operation: Operation, exchange: Exchange, used_scope: str | None) -> Collection[CoverageKey]:
    """Return the items that an exchange covers: nothing for HEAD, and only the status if the call failed."""
    if exchange.request.method != operation.method:
        return ()
    if not _has_own_response(exchange):
        return (injected_item(operation),)
    id_, call, status = operation.id, exchange.call, exchange.status
    keys: set[CoverageKey] = {("statuses", id_, "", str(status))}
    if call is None or not 200 <= status < 300:
        violated = constraints.find_violation(operation.constraints, exchange.error)
        return keys if violated is None else keys | {("constraints", id_, *violated)}
    keys.add(("operations", id_, "", ""))
    if used_scope is not None:
        keys.add(("scopes", id_, "", used_scope))
    keys.update(_collect_parameter_keys(operation, call))
    body, scan = call.body, exchange.scan
    if status == MULTI_STATUS:
        codes = exchange.element_codes
        own_codes = {code for index, code in enumerate(codes) if index not in exchange.failed_elements}
        own_errors = (error for index, error in exchange.element_errors if index not in exchange.failed_elements)
        violations = (constraints.find_violation(operation.constraints, error, "/*") for error in own_errors)
        keys.update(("constraints", id_, *violated) for violated in violations if violated is not None)
        keys.update(("elements", id_, "", str(code)) for code in own_codes)
        if max(codes, default=0) >= 300:
            body, scan = [element for element, code in zip(body, codes, strict=True) if code < 300], None
    if body:
        keys.update(_collect_property_keys(operation, body, scan))
    keys.update(("constraints", id_, *met) for met in constraints.find_met_boundaries(operation.boundaries, call, body))
    return keys


def _mark_exchange(operation: Operation, exchange: Exchange, status: int, used_scope: str | None) -> Mark | None:
    """Return the mark of an exchange, with values as text (`True == 1`); None if items must be collected each time."""
    call = exchange.call
    if exchange.request.method != operation.method:
        return operation.id, exchange.request.method
    if not _has_own_response(exchange):
        return (operation.id,)
    if call is None or not 200 <= status < 300:
        return operation.id, status, constraints.find_violation(operation.constraints, exchange.error)
    codes = frozenset(exchange.element_codes) if exchange.element_codes else ()
    if codes and max(codes) >= 300:  # as with all elements that a fault makes fail
        return None
    pointers: tuple[str, ...] = ()
    if call.body:
        if exchange.scan is None or not exchange.scan.is_complete or exchange.scan.has_enum:
            return None
        pointers = tuple([occurrence.pointer for occurrence in exchange.scan.declared])
    enum_values = tuple([str(getattr(call, location).get(name)) for location, name in operation.enum_parameters])
    met = constraints.find_met_boundaries(operation.boundaries, call, call.body) if operation.boundaries else ()
    names = tuple(call.query), tuple(call.header)
    return operation.id, status, codes, used_scope, names, enum_values, pointers, met


def _has_own_response(exchange: Exchange) -> bool:
    """Whether the client receives the service's own response; a dripped one arrives slowly, but it arrives."""
    fault = exchange.response.network_fault if exchange.response else None
    return not exchange.is_injected and (fault is None or fault.kind == "drip")


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
    """Yield the items of a body's fields, from its scan if that is complete."""
    assert operation.body_plan is not None
    tree = operation.body_plan.field_tree
    for occurrence in scan.declared if scan and scan.is_complete else list_declared_fields(tree, body):
        declaration = occurrence.declaration
        assert declaration is not None
        yield "bodyProperties", operation.id, "body", occurrence.pointer
        for value in set(map(str, occurrence.values)) if declaration.enum_values else ():
            yield "enumValues", operation.id, "body", f"{occurrence.pointer}={value}"
