"""docs/storefront.md is so: each command gets the status that stands behind it and the reply that stands below it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.contract.operations import Operation
from mockserver.services.customer_login.saas import KEY

from .documented import replayed, steps
from .serving import serving
from .test_statuses import APP

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "storefront.md").read_text()
LOGIN = [operation for operation in APP.operations if operation.service == "customer-login"]


def test_every_command_gets_its_status_and_the_reply_that_is_shown(tmp_path: Path) -> None:
    with serving() as (_, ready):
        said, came = replayed(PAGE, ready["url"], tmp_path)
    assert came == said


@pytest.mark.parametrize("operation", LOGIN, ids=lambda operation: operation.id)
def test_every_call_of_the_login_is_shown(operation: Operation) -> None:
    shown = [step.command for step in steps(PAGE) if step.status[:1] == "2"]
    path = operation.path.replace("/customer/{tenant}", "$C")
    assert any(path in command for command in shown)


def test_the_key_of_the_identity_provider_is_the_one_that_is_named() -> None:
    assert f"`{KEY}`" in PAGE
