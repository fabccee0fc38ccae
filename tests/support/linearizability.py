"""Check whether some sequential order of calls explains a concurrent history (Wing and Gong, 1993)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Step = Callable[[Any, Any], tuple[Any, Any]]


@dataclass(frozen=True)
class Record:
    """A call, its response, and when each happened. Times are unique integers."""

    call: Any
    response: Any
    started_at: int
    ended_at: int


@dataclass
class History:
    """Records calls as they happen. Several threads may record concurrently."""

    records: list[Record] = field(default_factory=list)
    ticks: count[int] = field(default_factory=count)

    def record(self, call: Any, act: Callable[[Any], Any]) -> None:
        begun = next(self.ticks)
        answer = act(call)
        self.records.append(Record(call, answer, begun, next(self.ticks)))


def is_linearizable(records: Sequence[Record], start: Hashable, step: Step) -> bool:
    """Search for an order in which every call precedes those that started after it ended.

    step: takes a state and a call, returns the next state and the response.
    Each pair of remaining calls and reached state is tried only once.
    """
    tried: set[tuple[frozenset[Record], Hashable]] = set()
    untried = [(frozenset(records), start)]
    while untried:
        remaining, state = untried.pop()
        if not remaining:
            return True
        if (remaining, state) in tried:
            continue
        tried.add((remaining, state))
        first_end = min(record.ended_at for record in remaining)
        for record in remaining:
            if record.started_at < first_end:
                after, answer = step(state, record.call)
                if answer == record.response:
                    untried.append((remaining - {record}, after))
    return False
