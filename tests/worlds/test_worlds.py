"""World files: shipped ones are valid, all mistakes are listed, generated ones are reproducible."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from mockserver.cli.commands import commands
from mockserver.resources import data_folder
from mockserver.strict_yaml import YamlError, load_yaml
from mockserver.worlds.counts import count_ranges, default_counts
from mockserver.worlds.generate import generate_world
from mockserver.worlds.mistakes import WorldError
from mockserver.worlds.published import API_SECTIONS, PUBLISHED_ROWS, SHIPPED_WORLDS
from mockserver.worlds.published_ids import JACK, JOHN
from mockserver.worlds.world_yaml import dump_world
from tests.support.live_server import clean_environment
from tests.support.paths import TABLES
from tests.support.samples import DEFAULT, WORLDS
from tests.support.specs import SPECS

FIXTURES = data_folder("fixtures")
BROKEN = load_yaml((TABLES / "worlds.yaml").read_text())
COLLECTIONS = WORLDS.collections
COUNTS = default_counts(COLLECTIONS) | {
    "products": 70,
    "categories": 12,
    "customers": 8,
    "legalEntities": 5,
    "segments": 7,
    "itemAssignments": 33,
    "prices": 140,
    "availabilities": 140,
}


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_worlds_are_good(path: Path) -> None:
    WORLDS.check(load_yaml(path.read_text()), path)  # the server does not check them when it starts


@pytest.mark.parametrize(("name", "token_count"), [("default", 7), ("catalogue", 7), ("empty", 5)])
def test_the_shipped_worlds_have_mixin_schemas_and_tokens(name: str, token_count: int) -> None:
    world = WORLDS.load_world(name)
    assert len(world["mixinSchemas"]) == 2
    assert len(world["tokens"]) == token_count


@pytest.mark.parametrize("name", SHIPPED_WORLDS)
def test_a_shipped_world_is_what_the_seed_command_writes_byte_for_byte(name: str) -> None:
    assert CliRunner().invoke(commands, ["seed", "--shipped", name]).output == (FIXTURES / f"{name}.yaml").read_text()


def test_the_published_schema_is_what_the_command_writes() -> None:
    output = CliRunner().invoke(commands, ["world-schema"]).output
    assert output == (FIXTURES / "world.schema.json").read_text()


def test_the_catalogue_is_the_default_world_without_segments() -> None:
    catalogue = load_yaml((FIXTURES / "catalogue.yaml").read_text())
    assert DEFAULT.keys() - catalogue.keys() == API_SECTIONS
    assert {section for section in catalogue if catalogue[section] != DEFAULT[section]} == {"description", "coupons"}
    unrestricted = [coupon for coupon in DEFAULT["coupons"] if not coupon.get("segmentRestricted")]
    assert catalogue["coupons"] == unrestricted != DEFAULT["coupons"]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["name"])
def test_all_mistakes_are_listed_with_line_row_place_and_reason(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(case["text"])
    with pytest.raises(WorldError) as caught:
        WORLDS.load(path)
    *headline, first = str(caught.value).splitlines()[: -len(case["mistakes"]) + 1 or None]
    assert headline == ([] if len(case["mistakes"]) == 1 else [f"{path} has {len(case['mistakes'])} mistakes:"])
    assert first == f"{path}:{case['mistakes'][0]}"
    assert [mistake.describe(Path()) for mistake in caught.value.mistakes] == [f".:{line}" for line in case["mistakes"]]


@pytest.mark.parametrize(("name", "content"), [("folder.yaml", None), ("latin.yaml", b"description: \xff")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(WorldError, match=name):
        WORLDS.load(path)


def test_an_unknown_name_lists_those_that_exist() -> None:
    with pytest.raises(WorldError, match="catalogue, default, empty"):
        WORLDS.load_world("nowhere")


def test_the_same_seed_gives_the_same_bytes_in_every_process() -> None:
    command = [sys.executable, "-m", "mockserver", "seed", "--seed", "42", "--products", "70"]
    outputs = {
        subprocess.run(command, check=True, capture_output=True, env=clean_environment(PYTHONHASHSEED=seed)).stdout
        for seed in ("1", "2")
    }
    assert outputs == {dump_world(generate_world(COLLECTIONS, 42, {"products": 70})).encode()}
    assert dump_world(generate_world(COLLECTIONS, 43)) != dump_world(generate_world(COLLECTIONS, 42))


def test_every_count_is_met() -> None:
    world = generate_world(COLLECTIONS, 7, COUNTS)
    generated = [name for name, collection in COLLECTIONS.items() if collection.generator]
    assert len(generated) == 21
    assert {name: len(world[name]) for name in generated} == {name: COUNTS[name] for name in generated}
    assert len(world["languages"]["supported"]) == COUNTS["languages"]
    assert depth(world) == COUNTS["depth"]


def test_the_control_plane_documents_each_count_with_its_limits() -> None:
    paths = SPECS["control"]["paths"]
    body = paths["/__admin/seed"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    documented = body["properties"]["counts"]["properties"]
    ranges = count_ranges(COLLECTIONS)
    assert {name: schema["minimum"] for name, schema in documented.items()} == {
        name: count.minimum for name, count in ranges.items()
    }
    assert all(count.maximum in (None, documented[name]["maximum"]) for name, count in ranges.items())


def test_the_seed_command_has_a_flag_for_each_count() -> None:
    usage = CliRunner().invoke(commands, ["seed", "--help"], terminal_width=200).output
    assert re.findall(r"^  --([a-z-]+) INTEGER RANGE\s+\[default: (\d+)", usage, re.M) == [
        (re.sub("[A-Z]", lambda letter: f"-{letter[0].lower()}", name), str(count))
        for name, count in default_counts(COLLECTIONS).items()
    ]
    assert CliRunner().invoke(commands, ["seed", "--sites", "0"]).exit_code == 2


def test_more_of_one_thing_leaves_the_others_as_they_are() -> None:
    few, many = generate_world(COLLECTIONS, 7, COUNTS), generate_world(COLLECTIONS, 7, COUNTS | {"products": 90})
    assert many["products"][:70] == few["products"]
    for section in ("customers", "categories", "segments", "legalEntities"):
        assert many[section] == few[section]


@pytest.mark.parametrize(
    "counts", [COUNTS, {}, {"sites": 5, "languages": 6, "products": 0, "categories": 0, "segments": 1}]
)
def test_generated_worlds_are_good(counts: dict[str, int], tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    world = generate_world(COLLECTIONS, 3, counts)
    path.write_text(dump_world(world))
    assert WORLDS.load(path) == world


def test_faker_is_imported_only_to_generate_a_world() -> None:
    script = "import sys; from mockserver.app import Settings, build; build(Settings()); print('faker' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, env=clean_environment()
    )
    assert done.stdout == "False\n"


def depth(world: dict[str, Any]) -> int:
    parents = {category["id"]: category.get("parentId") for category in world["categories"]}

    def level(id_: str | None) -> int:
        return 0 if id_ is None else 1 + level(parents[id_])

    return max(map(level, parents))


def test_the_default_world_has_what_was_promised() -> None:
    assert len(DEFAULT["sites"]) >= 2
    assert len(DEFAULT["languages"]["supported"]) >= 3
    assert len(DEFAULT["products"]) >= 60
    assert depth(DEFAULT) == 4
    assert len(DEFAULT["customers"]) >= 20
    assert len(DEFAULT["legalEntities"]) >= 6
    assert max(len(customer.get("legalEntities", ())) for customer in DEFAULT["customers"]) > 1
    assert len(DEFAULT["segments"]) >= 10
    names = "".join(customer["firstName"] + customer["lastName"] for customer in DEFAULT["customers"])
    assert any("\u0590" <= letter <= "\u06ff" for letter in names)
    assert any(letter > "\u3000" for letter in names)


def test_the_default_world_has_segments_in_all_states() -> None:
    states = Counter(
        (segment["status"], segment.get("validity", {}).get("from", "none")[:4]) for segment in DEFAULT["segments"]
    )
    assert {("ACTIVE", "none"), ("ACTIVE", "2020"), ("ACTIVE", "2024"), ("ACTIVE", "2098")} <= states.keys()
    assert any(status == "INACTIVE" for status, _ in states)
    assert any("mixins" in segment for segment in DEFAULT["segments"])


def test_the_default_world_has_automatic_customer_assignments() -> None:
    assert {assignment["assignmentType"] for assignment in DEFAULT["customerAssignments"]} == {"MANUAL", "AUTOMATIC"}


def test_generated_data_leaves_the_published_segments_and_customers_alone() -> None:
    published = {segment["id"] for segment in PUBLISHED_ROWS["segments"]}
    for section in ("itemAssignments", "customerAssignments", "groupAssignments"):
        generated = DEFAULT[section][len(PUBLISHED_ROWS[section]) :]
        assert generated
        assert not [row for row in generated if row["segmentId"] in published or row.get("customerId") in {JOHN, JACK}]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-10-12T12:00:00Z", "2024-10-12T12:00:00Z"),
        ("012345", "012345"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        (".inf", ".inf"),
        ("yes", "yes"),
        ("no", "no"),
        ("True", "True"),
        ("true", True),
        ("null", None),
        ("-5", -5),
        ("1.5e3", 1500.0),
        ("'5'", "5"),
        ("<<", "<<"),
    ],
)
def test_plain_scalars_are_those_of_json(text: str, value: Any) -> None:
    assert load_yaml(f"a: {text}") == {"a": value}


def test_yaml_that_would_bring_a_loader_down_is_refused() -> None:
    bomb = "a: &a [x, x]\n" + "\n".join(f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    for text in (bomb, "[" * 100_000, "- " * 100_000, '{"a":' * 100_000, "a: \x00"):
        with pytest.raises(YamlError):
            load_yaml(text)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc012-:'\" \u05d0", min_size=1), inner),
    max_leaves=10,
)


@given(value=JSON)
def test_what_is_dumped_is_read_back(value: Any) -> None:
    assert load_yaml(dump_world({"value": value})) == {"value": value}
    assert load_yaml(dump_world({"value": str(value)})) == {"value": str(value)}


@pytest.mark.parametrize(
    "text", ["12e5", "1e2", "6", "007", "-0", "1.5", "true", "null", "~", "2024-01-01", "a: b", "- a", "#"]
)
def test_texts_that_look_like_something_else_stay_texts(text: str) -> None:
    assert load_yaml(dump_world({"a": text})) == {"a": text}
