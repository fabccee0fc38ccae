"""The list of surviving mutants matches the present code. `make mutants` checks that they survive."""

from __future__ import annotations

import pytest

from tests.mutation.survivors import load_survivors
from tests.support.paths import ROOT


def read_source(function: str) -> str:
    """Return the source of a function's module: for `mockserver.store.table.Table.set`, that of `store/table.py`."""
    steps = function.split(".")
    candidates = (ROOT.joinpath(*steps[:length]).with_suffix(".py") for length in range(len(steps), 0, -1))
    return next(path for path in candidates if path.is_file()).read_text(encoding="utf-8")


@pytest.mark.parametrize("why", load_survivors())
def test_listed_survivors_have_a_reason_and_match_the_code(why: str) -> None:
    assert why.endswith(".")
    for mutant in load_survivors()[why]:
        source = read_source(mutant.function)
        assert f"def {mutant.function.rpartition('.')[2]}(" in source, mutant
        assert set(mutant.was.splitlines()) <= {line.strip() for line in source.splitlines()}, mutant
        assert mutant.was != mutant.now
