"""Shipped specs are compiled at first use, from JSON parsed ahead; those of the user's own at the start."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from mockserver import resources, services
from mockserver.app import build
from mockserver.contract.operations import compile_operations
from mockserver.contract.spec import Spec, SpecError, load_spec
from mockserver.resources import PARSED, data_folder
from mockserver.settings import Settings
from mockserver.strict_yaml import load_yaml
from tests.support import example_services
from tests.support.parsed_files import YAML_FILES, parsed_content, parsed_path
from tests.support.paths import ROOT

SPEC_FILES = [path for path in YAML_FILES if path.parent == data_folder("spec")]
VOUCHERS = ROOT / "tests" / "support" / "example_services" / "vouchers" / "vouchers.yaml"
BROKEN_PATTERN = r"\.yaml: [A-Z]+ /\S+: ValidationError "


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def with_types(value: Any) -> Any:
    """Return a value in which 1, 1.0 and True differ, and so does the order of keys."""
    if isinstance(value, dict):
        return dict, [(key, with_types(part)) for key, part in value.items()]
    return type(value), [with_types(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", SPEC_FILES, ids=name_of)
def test_every_schema_and_example_of_a_shipped_spec_compiles(path: Path) -> None:
    assert list(compile_operations(load_spec(path)))


@pytest.mark.parametrize("path", YAML_FILES, ids=name_of)
def test_a_shipped_file_has_the_same_value_as_json(path: Path) -> None:
    content = path.read_bytes()
    parsed = resources.load_parsed(path, content)
    assert parsed is not None, "run `make generated`"
    assert with_types(parsed) == with_types(load_yaml(content.decode()))
    assert parsed_path(path).read_bytes() == parsed_content(path)


def test_types_and_order_count_in_the_comparison() -> None:
    values: list[Any] = [1, True, 1.0, "1", [1], {"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": True, "b": 2}]
    assert [[with_types(a) == with_types(b) for a in values] for b in values] == [
        [a is b for a in values] for b in values
    ]


def test_only_shipped_files_have_been_parsed_ahead() -> None:
    folders = {path.parent / PARSED for path in YAML_FILES}
    assert sorted(path for folder in folders for path in folder.iterdir()) == sorted(map(parsed_path, YAML_FILES))
    assert resources.load_parsed(VOUCHERS, VOUCHERS.read_bytes()) is None


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with copies of the shipped files, which the server reads instead."""
    for name in ("spec", "fixtures", "docs"):
        shutil.copytree(data_folder(name), tmp_path / name)
    monkeypatch.setattr(resources, "data_folder", lambda name: tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"digest": 1}'])
def test_a_shipped_file_with_damaged_json_is_read_as_yaml(shipped: Path, content: bytes) -> None:
    path = shipped / "spec" / "site.yaml"
    parsed_path(path).write_bytes(content)
    assert resources.load_parsed(path, path.read_bytes()) is None
    assert load_spec(path, compiles_late=True).root == load_yaml(path.read_text())


def break_pattern(path: Path, target: Path) -> None:
    """Write a copy of a spec with a pattern that cannot be compiled."""
    text, count = re.subn(r"pattern: ('[^']*'|[^,}\n]+)", "pattern: '['", path.read_text(), count=1)
    assert count == 1
    target.write_text(text)


def test_a_shipped_spec_is_compiled_when_it_is_first_needed(shipped: Path) -> None:
    path = shipped / "spec" / "customer-segment.yaml"
    parsed = orjson.loads(parsed_path(path).read_bytes())
    parsed["value"]["components"]["schemas"]["SegmentId"]["pattern"] = "["
    parsed_path(path).write_bytes(orjson.dumps(parsed))
    build(Settings())
    with pytest.raises(SpecError, match=BROKEN_PATTERN):
        list(compile_operations(Spec(path, parsed["value"])))


@pytest.mark.parametrize("name", ["customer-segment", "control"])
def test_a_shipped_spec_that_was_changed_is_compiled_at_the_start(shipped: Path, name: str) -> None:
    path = shipped / "spec" / f"{name}.yaml"
    break_pattern(path, path)
    with pytest.raises(SpecError, match=rf"/{name}{BROKEN_PATTERN}"):
        build(Settings())


def test_a_shipped_world_that_was_changed_is_read_from_its_yaml(shipped: Path) -> None:
    path = shipped / "fixtures" / "empty.yaml"
    path.write_text(path.read_text().replace("name: Main", "name: Other"))
    state = build(Settings(fixture="empty")).world.seed.state
    assert [site["name"] for site in state.collection("sites").values()] == ["Other"]


def test_without_json_the_server_reads_yaml(shipped: Path) -> None:
    for name in ("spec", "fixtures"):
        shutil.rmtree(shipped / name / PARSED)
    app = build(Settings())
    assert [spec.compiles_late for spec in app.specs] == [False] * len(SPEC_FILES)


def test_a_broken_spec_in_the_users_folder_is_reported_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.assembly.interfaces.check_spec", lambda _: None)  # it would find this first
    break_pattern(data_folder("spec") / "customer-segment.yaml", tmp_path / "customer-segment.yaml")
    with pytest.raises(SpecError, match=BROKEN_PATTERN):
        build(Settings(spec=tmp_path))


def test_a_broken_spec_of_an_added_service_is_reported_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_pattern(VOUCHERS, tmp_path / "vouchers.yaml")
    monkeypatch.setattr(services, "list_own_specs", lambda _: [tmp_path / "vouchers.yaml"])
    with pytest.raises(SpecError, match=BROKEN_PATTERN):
        build(Settings(), more_services=[example_services])


def test_the_reference_validator_compiles_all_specs_at_the_start() -> None:
    app = build(Settings(validator="reference"))
    assert not any(spec.compiles_late for spec in app.specs)
