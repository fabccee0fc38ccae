"""How a collection declares the rows that generated worlds have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

GeneratedRow = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CountRange:
    """A number that shapes a generated world: its default, and the values that it can have (None: no maximum)."""

    default: int
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class RowContext:
    """What one generated row is made from.

    number: the position of the row in its collection, from 0.
    random: random numbers of this row alone, so that more rows of one kind leave the others as they are.
    languages: the languages of the world, the default one first.
    counts: the counts of the world by their names.
    rows: the rows of all collections that this one refers to, by collection.
    fakers: a `faker.Faker` for each locale.
    """

    number: int
    random: Random
    languages: Sequence[str]
    counts: Mapping[str, int]
    rows: Mapping[str, Sequence[GeneratedRow]]
    fakers: Sequence[Any]

    def seed_faker(self) -> Any:
        """Return a `faker.Faker` of one of the locales that gives the same values for the same row."""
        faker = self.fakers[self.number % len(self.fakers)]
        faker.seed_instance(self.random.getrandbits(32))
        return faker


@dataclass(frozen=True, slots=True, kw_only=True)
class RowGenerator:
    """How the rows of a collection are generated.

    make_row: returns a row, or None if the rows that it refers to are missing.
    default_count, min_count: the number of rows; the count has the name of the collection.
    parameters: further counts that `make_row` reads, by name.
    """

    make_row: Callable[[RowContext], GeneratedRow | None]
    default_count: int
    min_count: int = 0
    parameters: Mapping[str, CountRange] = field(default_factory=dict)
