"""The tables of each service, for the tests that ask the same of all services: tests/tables/services/NAME.yaml.

NAME is that of its spec. The parts of a file, all of them optional:

statuses: one request for every status that the spec declares, by operationId. `before` are requests sent first; `keep`
    names a field of their reply for the path (`$field`). `switches` change the simulator. `world_file` are the contents
    of its world file at the start, and before the request. `patches` are values of names in modules, for the time of
    the requests.
personas: each persona's status for the request that succeeds, by operationId, in the order of `PERSONAS`.
published: where the spec differs from the published interface, each difference with its reason. left_out: operations
    that we do not simulate. differences: lines of tests/quality/test_published_interface.py; our replies and properties
    with `x-basis` need no line; `...` at the end of a line stands for any rest. slips: the beginning of facts that are
    wrong as published, the corrected beginning, and the reason.
nearest: unknown paths (`call`), the operation that the 404, the explanation and the near misses name for each
    (`nearest`), and the path of the suggested request (`offer`); omitted if the path has no tenant, or the operation
    needs no scope.
ids: good values of path parameters; those of other parameters are "x".
good_bodies: a body that the spec accepts, by operationId, for operations without an example.
few_rows: two or more rows for each collection that has fewer in the default world.
without_suggestion: the statuses of refusals without a suggested request, by operationId.
element_codes: requests of bulks that together get every status of their elements.
"""

from __future__ import annotations

from typing import Any

from mockserver.strict_yaml import load_yaml
from tests.support.paths import TABLES

PERSONAS = (
    *("admin", "manager", "reader", "customer", "two-entity", "group-member"),
    *("anonymous", "no-scope", "expired", "other-tenant", "no-token"),
)
PARTS = {
    *("statuses", "personas", "published", "nearest", "ids"),
    *("good_bodies", "few_rows", "without_suggestion", "element_codes"),
}
SERVICE_TABLES: dict[str, dict[str, Any]] = {
    path.stem: load_yaml(path.read_text(encoding="utf-8")) for path in sorted((TABLES / "services").glob("*.yaml"))
}


def merge_tables(part: str) -> dict[str, Any]:
    """Return one part of all services' tables."""
    return {name: value for tables in SERVICE_TABLES.values() for name, value in tables.get(part, {}).items()}


def join_tables(part: str) -> list[Any]:
    """Return one part of all services' tables that is a list."""
    return [row for tables in SERVICE_TABLES.values() for row in tables.get(part, ())]
