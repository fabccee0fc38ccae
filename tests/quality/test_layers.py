"""The layers of ARCHITECTURE.md: modules import only from lower layers, and libraries stay in their layers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import PACKAGE

LAYERS = [
    {"__main__"},
    {"testing"},
    {"cli"},
    {"app"},
    {"web"},
    {"dashboard"},
    {"assembly"},
    {"control"},
    {"simulations"},
    {"pipeline"},
    {"reply_encoding"},
    {"view"},
    {"services", "conventions"},
    {"scenarios"},
    {"faults"},
    {"importing"},
    {"records"},
    {"contract", "worlds"},
    {"practices"},
    {"messages"},
    {"domain"},
    {"store"},
    {"access", "caches"},
    {"errors", "settings", "resources", "strict_yaml", "tls", "wording"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
LIBRARIES = {
    "flask": {"web"},
    "flask_cors": {"web"},
    "flask_swagger_ui": {"web"},
    "httptools": {"web"},
    "werkzeug": {"contract"},
    "openapi_core": {"contract"},
    "jsonschema_rs": {"contract", "conventions", "importing", "practices", "scenarios", "worlds"},
    "faker": {"worlds"},
    "jinja2": {"control", "dashboard"},
    "markupsafe": {"dashboard"},
    "junitparser": {"control"},
    "click": {"cli"},
    "jwt": {"domain", "services"},
    "trustme": {"tls"},
    "yaml": {"strict_yaml", "worlds"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def place(path: Path) -> tuple[str, ...]:
    """Return the parts of a module's name below the package."""
    return path.relative_to(PACKAGE).with_suffix("").parts


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what a module imports: (0, library) or (1, name below the package)."""
    package = ("mockserver", *place(path)[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield 0, (node.module or "").partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1]
            target = (*base, *(node.module or "").split(".")) if node.module else base
            names = [alias.name for alias in node.names] if target == ("mockserver",) else [target[1]]
            yield from ((1, name) for name in names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: "/".join(place(path)))
def test_imports_go_down_only(path: Path) -> None:
    own = place(path)[0]
    if own == "__init__":
        return
    for inside, name in imported(path):
        if inside and name != own and not name.startswith("__"):
            assert LEVEL[name] > LEVEL[own], f"{own} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: "/".join(place(path)))
def test_libraries_stay_where_they_belong(path: Path) -> None:
    for inside, name in imported(path):
        if not inside and name in LIBRARIES:
            assert place(path)[0] in LIBRARIES[name], f"{'/'.join(place(path))} imports {name}"


def test_services_do_not_know_each_other() -> None:
    folders = {path.name for path in (PACKAGE / "services").iterdir() if path.is_dir() and path.name != "__pycache__"}
    for path in (PACKAGE / "services").rglob("*.py"):
        own = place(path)[1]
        text = path.read_text()
        others = "|".join(sorted(folders - {own}))
        assert not re.findall(rf"\.(?:{others}) import|import (?:{others})\b", text), path


def test_every_module_says_in_one_sentence_what_it_is() -> None:
    for path in MODULES:
        docstring = ast.get_docstring(ast.parse(path.read_text()))
        assert docstring, path
        assert docstring.split("\n\n")[0].rstrip().endswith((".", "?")), path


def test_no_url_method_or_status_table_stands_in_the_services() -> None:
    for path in (PACKAGE / "services").rglob("*.py"):
        assert "/segments/" not in path.read_text()


def test_services_remove_rows_with_what_depends_on_them() -> None:
    """A service drops documents by the declarations (`store.row_removal`), so that no reference to them is left."""
    for path in (PACKAGE / "services").rglob("*.py"):
        removals = re.findall(r"state\.(?:without_document|without_segment)\(", path.read_text())
        assert not removals, f"{'/'.join(place(path))}: use documents.drop_documents"
