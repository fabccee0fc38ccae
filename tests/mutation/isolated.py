"""A pytest plugin for mutation runs: tests start with empty caches, and fast tests come first."""

from __future__ import annotations

import gc
from functools import _lru_cache_wrapper
from typing import Any

import pytest
from hypothesis import is_hypothesis_test

CACHES: list[_lru_cache_wrapper[Any]] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run property tests last. The order is the same in every run."""
    items.sort(key=lambda item: (_makes_examples(item), item.nodeid))
    gc.unfreeze()  # get_objects leaves frozen objects out
    caches = (candidate for candidate in gc.get_objects() if isinstance(candidate, _lru_cache_wrapper))
    CACHES[:] = [cache for cache in caches if cache.__module__.startswith("mockserver.practices.")]


def pytest_runtest_setup() -> None:
    """Clear the caches of the practices."""
    for cache in CACHES:
        cache.cache_clear()


def pytest_unconfigure() -> None:
    """Hide existing objects from the garbage collector, so that forked processes share their memory."""
    gc.freeze()


def _makes_examples(item: pytest.Item) -> bool:
    return "TestSemantics" in item.nodeid or is_hypothesis_test(getattr(item, "function", None))
