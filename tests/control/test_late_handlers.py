"""The modules of the control plane, which are imported late: each has the handlers that the table says."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from mockserver import control
from mockserver.app import App
from mockserver.control import OPERATIONS, LateHandler
from tests.support.paths import PACKAGE


@pytest.mark.parametrize("module", OPERATIONS)
def test_a_module_has_the_handlers_of_its_operations(shared: App, module: str) -> None:
    handler = shared.control_pipeline.handlers[OPERATIONS[module].split()[0]]
    assert isinstance(handler, LateHandler)
    handlers = import_module(f"{control.__name__}.{module}").handlers(handler.context)
    assert sorted(handlers) == sorted(OPERATIONS[module].split())


def test_every_module_with_handlers_is_in_the_table() -> None:
    folder = PACKAGE / "control"
    with_handlers = [path for path in folder.rglob("*.py") if "\ndef handlers(" in path.read_text(encoding="utf-8")]
    assert sorted(map(_module_name, with_handlers)) == sorted(OPERATIONS)


def _module_name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE / "control").with_suffix("").parts)
