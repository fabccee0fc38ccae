"""The places of tests: folders by subject, helpers in tests/support, and no test that imports another."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from tests.support.paths import ROOT

TESTS = ROOT / "tests"
FILES = sorted(TESTS.rglob("*.py"))
SAME_JOB = {"__init__.py", "run.py"}  # run.py starts the long form of a check: `python -m tests.fuzz.run`


def imported_modules(path: Path) -> set[str]:
    """Return the full names of the modules that a file imports, and of the names that it imports from packages."""
    package = path.relative_to(ROOT).parts[:-1]
    modules = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join([*base, *([node.module] if node.module else [])])
            modules |= {source, *(f"{source}.{alias.name}" for alias in node.names)}
    return modules


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(TESTS).as_posix())
def test_no_file_imports_a_test_module(path: Path) -> None:
    modules = {name for name in imported_modules(path) if name.startswith("tests.")}
    assert [name for name in modules if any(part.startswith(("test_", "conftest")) for part in name.split("."))] == []


def test_no_test_is_outside_the_folders() -> None:
    assert {path.name for path in TESTS.glob("*.py")} == {"__init__.py", "conftest.py"}
    assert [path.name for path in (TESTS / "support").rglob("test_*.py")] == []


def test_no_file_name_occurs_twice() -> None:
    places = defaultdict(list)
    for path in FILES:
        places[path.name].append(path.relative_to(TESTS).as_posix())
    assert {name: paths for name, paths in places.items() if len(paths) > 1 and name not in SAME_JOB} == {}


def test_every_folder_of_tests_says_what_it_tests() -> None:
    for folder in {path.parent for path in FILES} - {TESTS}:
        assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text())), folder
