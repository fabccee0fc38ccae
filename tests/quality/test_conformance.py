"""A small run of schemathesis over each service; `python -m tests.conformance.run` is the large one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.run import PHASES, run_schemathesis, service_specs
from tests.support.live_server import start_server
from tests.support.specs import SERVICES


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_server("--unpublished", "on") as (_, ready):
        yield ready["url"]


# For most services, the phase `coverage` makes nine of ten cases, of bad input that an operation refuses for everybody.
@pytest.mark.parametrize(
    ("token", "phases"),
    [("admin-token", PHASES), ("customer-token", ("examples", "fuzzing", "stateful"))],
    ids=["admin", "customer"],
)
@pytest.mark.parametrize("spec", service_specs(), ids=lambda spec: spec.stem)
def test_schemathesis_finds_nothing(url: str, spec: Path, token: str, phases: tuple[str, ...]) -> None:
    cases, failures = run_schemathesis(url, spec, 3, token, phases)
    assert not failures, failures
    assert cases >= len(SERVICES[spec.stem])
