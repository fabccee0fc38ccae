"""A small run of schemathesis over each service; `python -m tests.conformance.run` is the large one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.run import run_schemathesis, service_specs
from tests.support.live_server import start_server


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_server() as (_, ready):
        yield ready["url"]


@pytest.mark.parametrize("token", ["admin-token", "customer-token"])
@pytest.mark.parametrize("spec", service_specs(), ids=lambda spec: spec.stem)
def test_schemathesis_finds_nothing(url: str, spec: Path, token: str) -> None:
    cases, failures = run_schemathesis(url, spec, 3, token)
    assert not failures, failures
    assert cases > 10
