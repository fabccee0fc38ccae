"""Generate worlds with Faker: same seed, same bytes, and more rows of one kind leave the others as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from random import Random
from typing import Any

from faker import Faker

from ..store.collection import Collection, Key
from ..store.row_generation import GeneratedRow, RowContext, RowGenerator
from .counts import LANGUAGE_COUNT, default_counts
from .sample_values import GENERATED_LANGUAGES

GeneratedWorld = dict[str, Any]

FAKER_LOCALES = ("en_US", "de_DE", "ar_AA", "fr_FR", "ja_JP", "he_IL")
MAX_TRIES_PER_ROW = 10  # rows whose key is taken are dropped, and small worlds run out of keys
# Generated files have these sections first, as a person reads them; shipped worlds are compared byte by byte.
FIRST_SECTIONS = ("sites", "legalEntities", "customers", "categories", "products", "segments", "customerAssignments")


def generate_world(
    collections: Mapping[str, Collection], seed: int, counts: Mapping[str, int] | None = None
) -> GeneratedWorld:
    """Return a world with rows of these collections; the same seed and counts give the same one in every process.

    collections: by name, each after those that it refers to.
    counts: by the names of `count_ranges`; the defaults for those left out.
    """
    counts = {**default_counts(collections), **(counts or {})}
    languages = list(GENERATED_LANGUAGES[: counts[LANGUAGE_COUNT]])
    fakers = [Faker(locale) for locale in FAKER_LOCALES]
    rows: dict[str, list[GeneratedRow]] = {}
    for name, collection in collections.items():
        if collection.generator is not None:
            contexts = (
                RowContext(number, _random_for(seed, name, number), languages, counts, rows, fakers)
                for number in range(MAX_TRIES_PER_ROW * counts[name])
            )
            rows[name] = _generate_rows(collection, collection.generator, contexts, counts[name])
    return {
        "description": f"Generated from seed {seed}.",
        "languages": {"default": languages[0], "supported": languages},
        **{name: rows[name] for name in (*FIRST_SECTIONS, *rows) if name in rows},
    }


def _random_for(seed: int, collection: str, number: int) -> Random:
    """Return the random numbers of one row, which depend on nothing else."""
    digest = sha256(f"{seed}/{collection}/{number}".encode()).digest()
    return Random(int.from_bytes(digest[:8], "big"))  # noqa: S311 - for data, not for secrets


def _generate_rows(
    collection: Collection, generator: RowGenerator, contexts: Iterable[RowContext], count: int
) -> list[GeneratedRow]:
    """Return this many rows with different keys, or as many as the contexts give."""
    rows: dict[Key, GeneratedRow] = {}
    for context in contexts:
        if len(rows) >= count:
            break
        row = generator.make_row(context)
        if row is not None:
            rows.setdefault(collection.key_of(row), row)
    return list(rows.values())
