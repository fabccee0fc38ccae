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


def read_names(heading: str) -> set[str]:
    """Return the names in the first column of the first table after this text."""
    table = PAGE.partition(heading)[2].partition("| member |")[2].partition("\n\n")[0]
    return {name for row in re.findall(r"^\| (`[^|]+`) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)", row)}


def test_both_kits_have_the_same_members() -> None:
    in_javascript = {re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name) for name in read_names("### Members")}
    assert in_javascript ^ read_names("## pytest") == {"fetch", "client", "client_as"}


def test_every_member_of_the_table_exists() -> None:
    from mockserver.testing.mock import Mock  # noqa: PLC0415

    mock = Mock("http://127.0.0.1:1", world="x")
    names = read_names("## pytest")
    public = {name for name in (*vars(Mock), *vars(mock)) if not name.startswith("_")}
    assert public - names == {"check", "close"}
    assert {"url", "token", "fail"} <= names
    assert {name for name in names if not hasattr(type(mock), name) and name not in vars(mock)} == set()
