"""`mockserver world`: start, check and generate world files; and what `serve` says about one with mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mockserver.app import build
from mockserver.cli.commands import commands, main
from mockserver.resources import data_folder
from mockserver.settings import Settings
from tests.support.client import Client

BAD = "products:\n- {id: hammer, colour: red}\n- {id: 12}\n"
MISTAKES = """{path} has 2 mistakes:
{path}:2: product hammer: /products/0/colour: unknown field; there are {fields}
{path}:3: product 12: /products/1/id: 12 is a number; expected a text; put it in quotation marks: '12'
"""
FIELDS = (
    "id, code, name, description, published, categories, brandId, labelIds, productType, weightDependent, vendor, "
    "template, relatedItems, bundledProducts, media, …"
)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(commands, ["world", *arguments])


@pytest.fixture
def bad_file(tmp_path: Path) -> Path:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD)
    return path


@pytest.mark.parametrize("options", [(), ("--small",)])
def test_a_start_is_valid_and_can_be_served(options: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    written = run("init", str(path), *options)
    assert written.exit_code == 0
    assert written.stdout == ""
    assert path.read_text() == run("init", *options).stdout
    checked = run("check", str(path))
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert checked.stdout.startswith(f"{path} is valid: ")
    client = Client(build(Settings(fixture=str(path))).flask, "acme", "customer:jane")
    segments = [segment["id"] for segment in client.get("").get_json()]
    assert "regulars" in segments
    assert client.get("/regulars/items").get_json()[0]["item"]["id"] == "hammer"


def test_a_start_shows_every_section() -> None:
    names = [line.partition(":")[0].lstrip("#") for line in run("init").stdout.splitlines()]
    known = {path.stem for path in data_folder("fixtures").glob("*.yaml")}
    assert known == {"access", "catalogue", "default", "empty"}  # a start is no world to serve by its name
    sections = ("languages", "access", "mixinSchemas", "groupAssignments", "customerAssignments", "legalEntities")
    assert set(sections) <= set(names)


def test_a_file_is_overwritten_only_by_force(bad_file: Path) -> None:
    refused = run("init", str(bad_file))
    assert refused.exit_code == 2
    assert "exists; overwrite it with --force" in refused.stderr
    assert bad_file.read_text() == BAD
    assert run("init", str(bad_file), "--force").exit_code == 0
    assert run("check", str(bad_file)).exit_code == 0
    missing = run("init", str(bad_file.parent / "nowhere" / "shop.yaml"))
    assert (missing.exit_code, "No such file or directory" in missing.stderr) == (2, True)


def test_a_check_counts_the_rows_or_lists_the_mistakes_of_each_file(bad_file: Path) -> None:
    good = bad_file.with_name("good.yaml")
    good.write_text("sites: [{code: main}]\nproducts: [{id: a}, {id: b}]\nlegalEntities: [{id: e}]\n")
    empty = bad_file.with_name("empty.yaml")
    empty.write_text("")
    checked = run("check", str(bad_file), str(good), str(empty), str(bad_file.parent / "missing.yaml"))
    assert checked.exit_code == 1
    assert checked.stdout.splitlines() == [
        f"{good} is valid: 1 site, 1 legal entity, 2 products.",
        f"{empty} is valid: no rows.",
    ]
    missing = f"{bad_file.parent / 'missing.yaml'}: No such file or directory\n"
    assert checked.stderr == MISTAKES.format(path=bad_file, fields=FIELDS) + missing
    assert run("check", str(bad_file.parent)).stderr == f"{bad_file.parent}: Is a directory\n"
    assert run("check").exit_code == 2


def test_generate_writes_what_seed_writes() -> None:
    options = ["--seed", "7", "--products", "3"]
    assert run("generate", *options).stdout == CliRunner().invoke(commands, ["seed", *options]).stdout != ""
    assert run("generate", "--shipped", "catalogue").stdout == (data_folder("fixtures") / "catalogue.yaml").read_text()
    assert run("generate", "--sites", "0").exit_code == 2


def test_the_schema_has_two_names() -> None:
    assert run("schema").stdout == CliRunner().invoke(commands, ["world-schema"]).stdout != ""


def test_the_server_does_not_start_and_lists_all_mistakes(
    bad_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["mockserver", "serve", "--port", "0", "--fixture", str(bad_file)])
    with pytest.raises(SystemExit) as exited:
        main()
    assert exited.value.code == 2
    assert capsys.readouterr() == ("", "mockserver: " + MISTAKES.format(path=bad_file, fields=FIELDS))
