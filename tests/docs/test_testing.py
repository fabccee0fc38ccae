"""The examples of docs/testing.md: each file of the page is written into a project, and its tests pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.pytest_project import Project

PAGE = (ROOT / "docs" / "testing.md").read_text()
FILES = re.findall(r"^```(?:python|ini)\n# (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
UNNAMED = re.findall(r"^```(?:python|ini)\n(?!# \S+\.(?:py|ini)\n)", PAGE, re.MULTILINE)


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "xdist"])
def test_the_examples_pass(tmp_path: Path, workers: tuple[str, ...]) -> None:
    assert not UNNAMED
    for name, content in FILES:
        (tmp_path / name).write_text(content)
    code, output = Project(tmp_path).run(*workers, "--mock-fail-on", "unmatched")
    assert (code, f"{sum(content.count('def test_') for _, content in FILES)} passed" in output) == (0, True), output


def test_every_member_of_the_table_exists() -> None:
    from mockserver.testing.mock import Mock  # noqa: PLC0415

    mock = Mock("http://127.0.0.1:1", world="x")
    rows = re.findall(r"^\| (`[^|]+`) \|", PAGE.partition("| member |")[2].partition("\n\n")[0], re.MULTILINE)
    names = {name for row in rows for name in re.findall(r"`(\w+)", row)}
    assert {"url", "token", "fail"} <= names
    assert {name for name in names if not hasattr(type(mock), name) and name not in vars(mock)} == set()
