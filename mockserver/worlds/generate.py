"""Generate worlds with Faker: same seed, same bytes, and more of one thing leaves the others as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

import yaml
from faker import Faker

from ..store.clock import format_timestamp
from ..strict_yaml import parse_plain_scalar
from .counts import Counts

Row = dict[str, Any]

GENERATED_LANGUAGES = ("en", "de", "ar", "fr", "ja", "he")
FAKER_LOCALES = ("en_US", "de_DE", "ar_AA", "fr_FR", "ja_JP", "he_IL")
SITES = (
    ("main", "Main", "EUR"),
    ("export", "Export", "USD"),
    ("outlet", "Outlet", "EUR"),
    ("pro", "Professional", "CHF"),
)
TOOLS = {
    "en": ("Hammer", "Saw", "Drill", "Wrench", "Chisel", "Plane", "Clamp", "Screwdriver", "Level", "Axe"),
    "de": (
        "Hammer",
        "Säge",
        "Bohrer",
        "Schlüssel",
        "Meißel",
        "Hobel",
        "Zwinge",
        "Schraubendreher",
        "Wasserwaage",
        "Axt",
    ),
    "ar": ("مطرقة", "منشار", "مثقاب", "مفتاح ربط", "إزميل", "مسحاج", "مشبك", "مفك", "ميزان ماء", "فأس"),
    "fr": ("Marteau", "Scie", "Perceuse", "Clé", "Ciseau", "Rabot", "Serre-joint", "Tournevis", "Niveau", "Hache"),
    "ja": ("ハンマー", "のこぎり", "ドリル", "レンチ", "のみ", "かんな", "クランプ", "ドライバー", "水準器", "斧"),
    "he": ("פטיש", "מסור", "מקדחה", "מפתח ברגים", "אזמל", "מקצועה", "מלחציים", "מברג", "פלס", "גרזן"),
}
GRADES = ("Basic", "Classic", "Compact", "Heavy", "Light", "Long", "Master", "Prime", "Pro", "Trade")
AUDIENCES = ("Builders", "Collectors", "Gardeners", "Newcomers", "Painters", "Professionals", "Regulars", "Traders")
ATTRIBUTES_SCHEMA_URL = "https://res.cloudinary.com/saas-ag/raw/upload/v1600077014/schemata/segmentAttributes_v1.json"
EPOCH = datetime(2024, 1, 1, 8, tzinfo=UTC)


class RandomSource:
    """Chance for one entity: the same for the same seed, section and number, whatever else there is."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._fakers = [Faker(locale) for locale in FAKER_LOCALES]

    def random_for(self, section: str, number: int) -> Random:
        """Return the random numbers of one entity."""
        digest = sha256(f"{self._seed}/{section}/{number}".encode()).digest()
        return Random(int.from_bytes(digest[:8], "big"))  # noqa: S311 - for data, not for secrets

    def faker(self, number: int, chance: Random) -> Faker:
        """Return a Faker of one of the locales, seeded for one entity."""
        faker = self._fakers[number % len(self._fakers)]
        faker.seed_instance(chance.getrandbits(32))
        return faker


def generate_world(seed: int, counts: Counts | None = None) -> Row:
    """Return a world; the same seed and counts give the same one in every process."""
    counts = counts or Counts()
    source = RandomSource(seed)
    languages = list(GENERATED_LANGUAGES[: counts.languages])

    def many(section: str, count: int, make: Callable[[int, Random], Row]) -> list[Row]:
        return [make(number, source.random_for(section, number)) for number in range(count)]

    sites = many("sites", counts.sites, lambda number, _: _site(number, languages))
    entities = many(
        "legalEntities", counts.legal_entities, lambda number, chance: _legal_entity(source, number, chance)
    )
    customers = many("customers", counts.customers, lambda number, chance: _customer(source, number, chance, entities))
    categories = _categories(source, counts, languages)
    products = many("products", counts.products, lambda number, chance: _product(number, chance, languages, categories))
    segments = many("segments", counts.segments, lambda number, chance: _segment(number, chance, languages, sites))
    return {
        "description": f"Generated from seed {seed}.",
        "languages": {"default": languages[0], "supported": languages},
        "sites": sites,
        "legalEntities": entities,
        "customers": customers,
        "categories": categories,
        "products": products,
        "segments": segments,
        "customerAssignments": _distinct_rows(
            source,
            "customerAssignments",
            counts.customer_assignments,
            lambda at, chance: _customer_assignment(at, chance, segments, customers),
        ),
        "itemAssignments": _distinct_rows(
            source,
            "itemAssignments",
            counts.item_assignments,
            lambda at, chance: _item_assignment(at, chance, segments, products, categories),
        ),
    }


def dump_world(world: Row) -> str:
    """Write a world as YAML that the strict reader reads back as it was."""
    return yaml.dump(world, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """A dumper that never writes an alias."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """Quote what the strict reader would take for a number: an id such as `12e5` too."""
        style = None if isinstance(parse_plain_scalar(text), str) else "'"
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)  # type: ignore[no-any-return]


_Dumper.add_representer(str, _Dumper.represent_text)


def _site(number: int, languages: list[str]) -> Row:
    code, name, currency = SITES[number] if number < len(SITES) else (f"site{number}", f"Site {number}", "EUR")
    default = languages[number % len(languages)]
    return {
        "code": code,
        "name": name,
        "default": number == 0,
        "defaultLanguage": default,
        "languages": sorted({default, languages[0], languages[(number + 1) % len(languages)]}),
        "currency": currency,
    }


def _legal_entity(source: RandomSource, number: int, chance: Random) -> Row:
    return {"id": _hex_id(chance), "name": source.faker(number, chance).company()}


def _customer(source: RandomSource, number: int, chance: Random, entities: list[Row]) -> Row:
    """Every fourth customer belongs to two legal entities, every fourth to none."""
    faker = source.faker(number, chance)
    belongs = chance.sample(entities, min(len(entities), (1, 2, 1, 0)[number % 4]))
    return {
        "id": str(20_000_000 + number),
        "firstName": faker.first_name(),
        "lastName": faker.last_name(),
        "email": f"customer{number}@example.com",
        "preferredLanguage": GENERATED_LANGUAGES[number % len(GENERATED_LANGUAGES)],
        **({"legalEntities": [each["id"] for each in belongs]} if belongs else {}),
    }


def _categories(source: RandomSource, counts: Counts, languages: list[str]) -> list[Row]:
    """Return categories on `depth` levels, each level fed by the one above it."""
    made: list[Row] = []
    levels: list[list[str]] = [[] for _ in range(max(1, counts.depth))]
    for number in range(counts.categories):
        chance = source.random_for("categories", number)
        level = number % len(levels)
        parent = chance.choice(levels[level - 1]) if level else None
        category: Row = {
            "id": str(40_000_000 + number),
            **({"parentId": parent} if parent else {}),
            "code": f"cat-{number}",
            "name": _tool_names(chance, languages, suffix=f" {number}"),
            "position": chance.randrange(10),
            "published": chance.random() < 0.9,
        }
        levels[level].append(category["id"])
        made.append(category)
    return made


def _product(number: int, chance: Random, languages: list[str], categories: list[Row]) -> Row:
    """Return a product, in as many languages as chance has it, in one or two categories; every tenth is unpublished."""
    spoken = languages[: chance.randint(1, len(languages))]
    placed = chance.sample(categories, min(len(categories), chance.randint(1, 2)))
    return {
        "id": str(30_000_000 + number),
        "code": f"{chance.choice(GRADES)[:3].upper()}-{number:04d}",
        "name": _tool_names(chance, spoken, suffix=f" {chance.choice(GRADES)} {chance.randrange(100, 1000)}"),
        **({"published": False} if number % 10 == 9 else {}),
        **({"categories": [each["id"] for each in placed]} if placed else {}),
    }


def _segment(number: int, chance: Random, languages: list[str], sites: list[Row]) -> Row:
    """Return a segment; the number decides on its state, so that all states come in any ten."""
    audience = f"{GRADES[number % len(GRADES)]} {chance.choice(AUDIENCES)}"
    mixins = number % 5 == 3
    return {
        "id": _hex_id(chance),
        "name": dict.fromkeys(languages[: 1 + number % len(languages)], audience),
        "description": {languages[0]: f"{audience}, segment {number}"},
        "status": "INACTIVE" if number % 5 == 4 else "ACTIVE",
        "siteCode": sites[number % len(sites)]["code"],
        **({"validity": VALIDITIES[number % len(VALIDITIES)]} if number % len(VALIDITIES) else {}),
        **({"mixins": {"segmentAttributes": {"membershipStatus": "STANDARD"}}} if mixins else {}),
        "metadata": _metadata(chance) | ({"mixins": {"segmentAttributes": ATTRIBUTES_SCHEMA_URL}} if mixins else {}),
    }


VALIDITIES: tuple[Row, ...] = (
    {},
    {"from": "2024-01-01T00:00:00.000Z", "to": "2099-01-01T00:00:00.000Z"},
    {"from": "2020-01-01T00:00:00.000Z", "to": "2021-01-01T00:00:00.000Z"},
    {"from": "2098-01-01T00:00:00.000Z", "to": "2099-01-01T00:00:00.000Z"},
)


def _customer_assignment(number: int, chance: Random, segments: list[Row], customers: list[Row]) -> Row | None:
    """Return a customer's assignment, every third one AUTOMATIC."""
    if not segments or not customers:
        return None
    customer = chance.choice(customers)
    entity = chance.choice([None, *customer.get("legalEntities", ())])
    return {
        "segmentId": chance.choice(segments)["id"],
        "customerId": customer["id"],
        **({"legalEntityId": entity} if entity else {}),
        "assignmentType": "AUTOMATIC" if number % 3 == 2 else "MANUAL",
        "metadata": _metadata(chance),
    }


def _item_assignment(
    number: int, chance: Random, segments: list[Row], products: list[Row], categories: list[Row]
) -> Row | None:
    """Return an item's assignment, every fourth one a category."""
    kind, catalogue = ("CATEGORY", categories) if number % 4 == 3 else ("PRODUCT", products)
    if not segments or not catalogue:
        return None
    item, segment = chance.choice(catalogue), chance.choice(segments)
    return {"segmentId": segment["id"], "type": kind, "itemId": item["id"], "metadata": _metadata(chance)}


def _distinct_rows(
    source: RandomSource, section: str, count: int, make: Callable[[int, Random], Row | None]
) -> list[Row]:
    """Return this many rows that name different things, or as many as there can be within reason."""
    made: dict[tuple[Any, ...], Row] = {}
    for number in _numbers(count, made):
        row = make(number, source.random_for(section, number))
        if row is not None:
            made.setdefault(tuple(row[name] for name in row if name not in {"metadata", "assignmentType"}), row)
    return list(made.values())


def _numbers(count: int, made: dict[tuple[Any, ...], Row]) -> Iterator[int]:
    """Count on until there are enough rows, with ten tries for each."""
    for number in range(10 * count):
        if len(made) >= count:
            return
        yield number


def _tool_names(chance: Random, languages: list[str], suffix: str) -> dict[str, str]:
    tool = chance.randrange(len(TOOLS["en"]))
    return {language: TOOLS[language][tool] + suffix for language in languages}


def _metadata(chance: Random) -> Row:
    created = EPOCH + timedelta(seconds=chance.randrange(300 * 86_400))
    version = chance.choice((1, 1, 1, 2, 3))
    modified = created + timedelta(hours=version - 1)
    return {"createdAt": format_timestamp(created), "modifiedAt": format_timestamp(modified), "version": version}


def _hex_id(chance: Random) -> str:
    return f"{chance.getrandbits(96):024x}"
