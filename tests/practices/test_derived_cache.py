"""A cache of derived objects: it holds what its limit allows, and forgets entries with what they depend on."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from mockserver.caches.derived_cache import DerivedCache
from mockserver.store.table import Table


def test_a_full_cache_is_emptied_for_the_next_entry() -> None:
    cache: DerivedCache[str] = DerivedCache(10)

    def kept_entries() -> list[str]:
        return [entry for variant in "abcd" if (entry := cache.find_entry((), variant)) is not None]

    for variant, size, expected in (
        ("a", 4, ["a"]),
        ("b", 6, ["a", "b"]),
        ("c", 1, ["c"]),
        ("d", 9, ["c", "d"]),
        ("a", 1, ["a"]),
    ):
        assert cache.add_entry((), variant, variant, size) == variant
        assert kept_entries() == expected


def test_an_entry_may_depend_on_the_same_object_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    cache: DerivedCache[str] = DerivedCache(10)
    failures: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", failures.append)  # called for errors while an object is freed
    table: Table[str, str] = Table()
    depends_on = (table, table)
    cache.add_entry(depends_on, "", "entry", 1)
    assert cache.find_entry(depends_on, "") == "entry"
    del table, depends_on
    assert (failures, cache._slots) == ([], {})
