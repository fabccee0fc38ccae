"""A rule: which calls it is for, what becomes of them, and how often it has been applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock
from typing import Any

from ..contract.bodies import BodyPlan
from ..contract.operations import Operation
from ..errors import ClientError
from ..messages import NetworkFault
from . import replies
from .barriers import At, Barrier
from .matching import Match
from .replies import Wanted

SILENT = {"reset", "empty", "garbage"}  # wires on which no answer comes through


class Delay:
    """How long calls are held: between two bounds, the same times in every run."""

    def __init__(self, lower_ms: float, upper_ms: float, seed: int) -> None:
        self._bounds = (lower_ms / 1000, upper_ms / 1000)
        self._random = Random(seed)  # noqa: S311 - the same in every run is what it is for

    def seconds(self) -> float:
        """Return the next delay."""
        return self._random.uniform(*self._bounds)


@dataclass(frozen=True, slots=True)
class Item:
    """Elements of a bulk that fail: the one with an index, counted as the replies count, or those with an id."""

    code: int
    example: str | None = None
    index: int | None = None
    id: str | None = None

    def places(self, plan: BodyPlan, elements: Sequence[Any], base: int) -> list[int]:
        """Return the indexes of these elements in a bulk, from 0."""
        if self.index is not None:
            return [self.index - base] if 0 <= self.index - base < len(elements) else []
        return [at for at, element in enumerate(elements) if plan.id_of(element) == self.id]

    def failure(self, plan: BodyPlan, element: Any) -> ClientError:
        """Return the injected error of an element."""
        known = replies.failures(self.code, plan.id_of(element) or "unknown")
        return known[self.example] if self.example else next(iter(known.values()))


@dataclass(slots=True, kw_only=True, eq=False)
class Rule:
    """A fault on order.

    asked: the rule as it was written.
    skip, times: how many calls pass before it is applied, and to how many it is then; None for all.
    wanted: the reply that takes the place of the service's own. network_fault: how the response is broken in transit.
    commit: whether the call is carried out before the reply is replaced, lost or delayed.
    seen, hits: how many calls it was for, and to how many of them it was applied.
    """

    id: str
    asked: Mapping[str, Any]
    match: Match
    skip: int = 0
    times: int | None = None
    wanted: Wanted | None = None
    network_fault: NetworkFault | None = None
    delay: Delay | None = None
    barrier: Barrier | None = None
    item: Item | None = None
    commit: bool = False
    seen: int = 0
    hits: int = 0
    _removed: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    @property
    def is_timed(self) -> bool:
        """Whether a call may have to wait for it."""
        return bool(self.delay or self.barrier or (self.network_fault and self.network_fault.kind == "drip"))

    @property
    def settles(self) -> bool:
        """Whether the answer is settled with it, so that rules behind it have no say."""
        return self.wanted is not None or self.network_fault is not None

    @property
    def replaces(self) -> bool:
        """Whether the service's own answer is never seen."""
        return self.wanted is not None or (
            self.network_fault is not None and self.network_fault.kind in SILENT and not self.commit
        )

    def fits(self, operation: Operation) -> bool:
        """Whether it can be for calls of this operation, which must have the status, or be a bulk."""
        return (
            self.match.fits(operation)
            and (self.item is None or operation.is_bulk)
            and (self.wanted is None or replies.problem(operation, self.wanted) is None)
        )

    def claim(self) -> bool:
        """Count a call that it is for; True if it is to be applied to it."""
        with self._lock:
            self.seen += 1
            applies = self.seen > self.skip and (self.times is None or self.hits < self.times)
            self.hits += applies
            return applies

    def hold(self, at: At) -> None:
        """Let the call wait, before it is carried out or after that, as long as the rule is there."""
        if self.delay and self.commit == (at == "after"):
            self._removed.wait(self.delay.seconds())
        if self.barrier and self.barrier.at == at:
            self.barrier.wait()

    def release(self) -> None:
        """Let all calls go on that wait for it, since it is removed."""
        self._removed.set()
        if self.barrier:
            self.barrier.open()

    def report(self) -> dict[str, Any]:
        """Return the rule as it was written, and what became of it."""
        held, timed_out = (self.barrier.held, self.barrier.timed_out) if self.barrier else (0, 0)
        counts = {"seen": self.seen, "hits": self.hits, "held": held, "timedOut": timed_out}
        return {**self.asked, "id": self.id, **counts}
