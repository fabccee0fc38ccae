"""A plugin of pytest for runs of mutants: tests do not hang on those before them, and the fast ones come first."""

from __future__ import annotations

import gc
from functools import _lru_cache_wrapper
from typing import Any

import pytest
from hypothesis import is_hypothesis_test

CACHES: list[_lru_cache_wrapper[Any]] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what makes many examples behind the rest; the order is the same in every run."""
    items.sort(key=lambda item: (_makes_examples(item), item.nodeid))
    gc.unfreeze()  # what is frozen cannot be found
    found = (each for each in gc.get_objects() if isinstance(each, _lru_cache_wrapper))
    CACHES[:] = [each for each in found if each.__module__.startswith("mockserver.practices.")]


def pytest_runtest_setup() -> None:
    """Forget what earlier tests have left."""
    for each in CACHES:
        each.cache_clear()


def pytest_unconfigure() -> None:
    """Keep what is there out of the reach of the garbage collector, so that forks share it."""
    gc.freeze()


def _makes_examples(item: pytest.Item) -> bool:
    return "TestSemantics" in item.nodeid or is_hypothesis_test(getattr(item, "function", None))
