"""The package for tests in JavaScript: its entries exist, have types, and need nothing else; try_test_kit runs them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from release.build_npm import KIT_ENTRIES, KIT_NAME, build_test_kit
from tests.release.try_test_kit import EXAMPLES, PAGE

UNNAMED = re.findall(r"^```js\n(?!// \S+\.m?js\n)", PAGE, re.MULTILINE)
IMPORTED = re.compile(r"^(?:import .* |\} )?from '([^']+)'|^import .* from '([^']+)'", re.MULTILINE)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return the installed package."""
    modules = tmp_path / "node_modules"
    modules.mkdir()
    folder = build_test_kit(modules)
    (modules / "@emporix-mockserver").mkdir()
    return folder.rename(modules / KIT_NAME)


def test_each_entry_has_code_and_types(package: Path) -> None:
    manifest = json.loads((package / "package.json").read_text())
    assert manifest["name"] == KIT_NAME
    exports = {name: target for name, target in manifest["exports"].items() if name != "./package.json"}
    assert len(exports) == len(KIT_ENTRIES)
    assert [path for target in exports.values() for path in target.values() if not (package / path).is_file()] == []
    assert {path.stem for path in package.glob("*.js")} == set(KIT_ENTRIES)


def test_it_imports_only_node_its_own_files_and_the_test_runners(package: Path) -> None:
    manifest = json.loads((package / "package.json").read_text())
    assert "dependencies" not in manifest
    assert all(peer["optional"] for peer in manifest["peerDependenciesMeta"].values())
    assert manifest["peerDependenciesMeta"].keys() == manifest["peerDependencies"].keys()
    names = {name for path in package.rglob("*.js") for found in IMPORTED.findall(path.read_text()) for name in found}
    others = {name for name in names if name and not name.startswith(("node:", "./"))}
    assert others == {"@playwright/test", "vitest"}


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node.js")
@pytest.mark.parametrize("entry", ["", "/cypress"])
def test_it_works_without_other_packages(package: Path, entry: str) -> None:
    script = f"console.log(Object.keys(await import('{KIT_NAME}{entry}')).sort().join())"
    command = ["node", "--input-type=module", "-e", script]
    done = subprocess.run(command, cwd=package.parents[2], capture_output=True, text=True, check=True)
    assert {"startServer", "MockServer"} <= set(done.stdout.strip().split(",")) or entry, done.stdout


def test_each_example_of_the_page_is_a_file() -> None:
    assert not UNNAMED
    assert {"playwright.config.js", "vitest.config.js", "cypress.config.js", "node.mjs"} <= EXAMPLES.keys()
