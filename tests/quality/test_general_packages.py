"""The packages that serve all services contain no field names of a service (ARCHITECTURE.md)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.paths import PACKAGE
from tests.support.specs import SPECS

GENERAL = sorted(path for name in ("contract", "faults", "records") for path in (PACKAGE / name).rglob("*.py"))
PRACTICES = sorted((PACKAGE / "practices").rglob("*.py"))


def declared_names(node: object) -> set[str]:
    """Return the names of all parameters and properties of a spec."""
    names: set[str] = set()
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            names |= node["properties"].keys()
        if "in" in node and isinstance(node.get("name"), str):
            names.add(node["name"])
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return names.union(*map(declared_names, parts))


# Only names of several words belong to a service: names such as `code` and `name` are everyday words.
CONTROL = declared_names(SPECS["control"]) - {"customerId", "legalEntityId"}
OWN = {
    name
    for service, spec in SPECS.items()
    if service != "control"
    for name in declared_names(spec)
    if any(letter.isupper() for letter in name[1:]) and "-" not in name
} - CONTROL


# What is the same in several services of the vendor: types and shapes of errors, and pages.
STANDARD = {
    "bodies.py": {"contentType"},
    "documents.py": {"readOnly"},
    "error_shapes.py": {"productId", "resourceId", "returnId", "sessionId"},
    "paging.py": {"pageNumber", "pageSize"},
    "tolerance.py": {"totalCount"},
}


def string_literals(path: Path) -> set[str]:
    """Return the string literals of a module, without docstrings."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = (node for node in nodes if isinstance(node, ast.Constant) and id(node) not in docstrings)
    return {node.value for node in texts if isinstance(node.value, str)}


@pytest.mark.parametrize("path", GENERAL + PRACTICES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_field_of_a_service_is_named(path: Path) -> None:
    texts = string_literals(path)
    assert {"customerId", "legalEntityId", "forceDelete"} <= OWN
    assert {name for name in OWN for text in texts if name in text} <= STANDARD.get(path.name, set())


@pytest.mark.parametrize("path", GENERAL, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_rule_and_no_version_of_a_service_is_named(path: Path) -> None:
    assert not {
        text for text in string_literals(path) if text == "D10" or "metadata" in text or text == "subcategories"
    }
