"""The counts of a generated world: how many rows of each collection, in how many languages, and the like."""

from __future__ import annotations

from collections.abc import Mapping

from ..store.collection import Collection
from ..store.row_generation import CountRange
from .sample_values import GENERATED_LANGUAGES

LANGUAGE_COUNT = "languages"  # the name of the one count that belongs to no collection


def count_ranges(collections: Mapping[str, Collection]) -> dict[str, CountRange]:
    """Return the counts that a world with these collections has, by name."""
    ranges = {LANGUAGE_COUNT: CountRange(3, minimum=1, maximum=len(GENERATED_LANGUAGES))}
    for name, collection in collections.items():
        if collection.generator is not None:
            ranges[name] = CountRange(collection.generator.default_count, collection.generator.min_count)
            ranges |= collection.generator.parameters
    return ranges


def default_counts(collections: Mapping[str, Collection]) -> dict[str, int]:
    """Return the default of each count."""
    return {name: count.default for name, count in count_ranges(collections).items()}
