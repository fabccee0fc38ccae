"""A small run of schemathesis over each service; `python -m tests.conformance.run` is the large one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.run import judged, specs
from tests.support.live_server import serving


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving() as (_, ready):
        yield ready["url"]


@pytest.mark.parametrize("token", ["admin-token", "customer-token"])
@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.stem)
def test_schemathesis_finds_nothing(url: str, spec: Path, token: str) -> None:
    cases, found = judged(url, spec, 3, token)
    assert not found, found
    assert cases > 10
