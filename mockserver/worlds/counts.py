"""How much of everything a generated world has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each; depth is that of the category forest, the assignments are totals."""

    sites: int = 2
    languages: int = 3
    products: int = 60
    categories: int = 30
    depth: int = 4
    customers: int = 20
    legal_entities: int = 6
    segments: int = 10
    item_assignments: int = 120
    customer_assignments: int = 40
