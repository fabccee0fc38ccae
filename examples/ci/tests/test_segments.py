"""Examples of tests with the fixtures of conftest.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError

import pytest

Call = Callable[..., Any]
SPRING = {"id": "spring", "name": {"en": "Spring Sale"}, "siteCode": "main"}


def test_a_created_segment_can_be_read_and_deleted(emporix: Call) -> None:
    emporix("POST", "/segments", SPRING)
    assert emporix("GET", "/segments/spring")["name"] == {"en": "Spring Sale"}
    emporix("DELETE", "/segments/spring")
    assert "spring" not in [segment["id"] for segment in emporix("GET", "/segments")]


def test_a_customer_sees_the_categories_of_its_segments(emporix: Call) -> None:
    assert emporix("GET", "/segments/items/category-trees", token="customer-token")


def test_each_test_starts_from_the_world(emporix: Call) -> None:
    with pytest.raises(HTTPError, match="404"):
        emporix("GET", "/segments/spring")
