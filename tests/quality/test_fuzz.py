"""A small run of the fuzzer's targets; `python -m tests.fuzz.run all` is the large one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.seeds import SEEDS, WORDS
from tests.fuzz.targets import TARGETS


def inputs(target: str) -> st.SearchStrategy[bytes]:
    """Return a strategy for any bytes, and for pieces of the seeds joined with words of the language."""
    seeds = st.sampled_from(SEEDS[target])
    pieces = st.one_of(
        seeds, st.sampled_from(WORDS[target]), st.builds(lambda seed, length: seed[:length], seeds, st.integers(0))
    )
    return st.one_of(st.binary(), st.lists(pieces, max_size=4).map(lambda parts: "".join(parts).encode()))


@pytest.mark.parametrize("target", TARGETS)
def test_targets_hold_for_seeds_and_their_pieces(target: str) -> None:
    for seed in SEEDS[target]:
        TARGETS[target](seed.encode())
    given(inputs(target))(TARGETS[target])()
