"""An injected fault: which calls it applies to, what happens to them, and how often it was applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock
from typing import Any, Literal
from urllib.parse import unquote

from ..contract.bodies import BodyPlan
from ..contract.operations import Operation
from ..contract.query_string import first_values, parse_pairs
from ..errors import ClientError
from ..messages import NetworkFault
from ..records.exchange import Exchange
from ..records.store import NO_TENANT
from . import replies
from .replies import ReplyChoice

CallerLookup = Callable[[Exchange], str | None]  # the name of a call's persona, whether or not its token is valid
CallTest = Callable[[Exchange], bool]
CallPhase = Literal["before", "after"]  # the execution of the call
SILENT_FAULT_KINDS = {"reset", "empty", "garbage"}  # network faults with which no response arrives


class Delay:
    """How long calls are delayed: a random time between two bounds, the same sequence for the same seed."""

    def __init__(self, lower_ms: float, upper_ms: float, seed: int) -> None:
        self._bounds = (lower_ms / 1000, upper_ms / 1000)
        self._random = Random(seed)  # noqa: S311 - must be repeatable

    def next_seconds(self) -> float:
        """Return the delay of the next call."""
        return self._random.uniform(*self._bounds)


@dataclass(frozen=True, slots=True)
class ElementFault:
    """Which elements of a bulk fail, and how.

    index: counted as in the replies, from 0 or 1 (E3). nth: counted from 1. every: each nth one, also counted from 1.
    """

    code: int
    example: str | None = None
    index: int | None = None
    id: str | None = None
    nth: int | None = None
    every: int | None = None

    def find_positions(self, plan: BodyPlan, elements: Sequence[Any], index_base: int) -> list[int]:
        """Return the positions, from 0, of the elements that fail."""
        if self.index is not None:
            return [self.index - index_base] if 0 <= self.index - index_base < len(elements) else []
        if self.nth is not None:
            return [self.nth - 1] if self.nth <= len(elements) else []
        if self.every is not None:
            return list(range(self.every - 1, len(elements), self.every))
        return [position for position, element in enumerate(elements) if plan.id_of(element) == self.id]

    def element_error(self, plan: BodyPlan, element: Any) -> ClientError:
        """Return the injected error of an element."""
        errors_by_example = replies.errors_by_example(self.code, plan.id_of(element) or "unknown")
        return errors_by_example[self.example] if self.example else next(iter(errors_by_example.values()))


@dataclass(frozen=True, slots=True)
class CallMatcher:
    """Which calls match; a criterion that is not set matches any call.

    tenant: NO_TENANT for calls whose path has no tenant.
    path_values: decoded values of the path, by name. query: values of the query, by name.
    persona: name of the token's holder, as in the journal.
    headers: values by lower-case name.
    passes: tests anything else of the call.
    """

    operation_id: str | None = None
    tenant: str | None = None
    path_values: Mapping[str, str] = field(default_factory=dict)
    persona: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    passes: CallTest | None = None

    def matches_operation(self, operation: Operation) -> bool:
        """Whether calls of this operation can match."""
        return (
            self.operation_id in (None, operation.id) and self.path_values.keys() <= operation.parameters["path"].names
        )

    def matches_exchange(self, exchange: Exchange, find_caller: CallerLookup) -> bool:
        """Whether a call matches, given that its operation does."""
        if self.tenant is not None and self.tenant != (exchange.tenant or NO_TENANT):
            return False
        for name, value in self.path_values.items():
            if unquote(exchange.ids[name]) != value:
                return False
        for name, value in self.headers.items():
            if exchange.request.headers.get(name) != value:
                return False
        if self.query and not self.query.items() <= _read_query(exchange.request.query).items():
            return False
        if self.passes is not None and not self.passes(exchange):
            return False
        return self.persona is None or self.persona == find_caller(exchange)


def _read_query(text: str) -> Mapping[str, str]:
    """Return the first value of each parameter; nothing for a query that cannot be read, which is refused later."""
    try:
        return first_values(parse_pairs(text))
    except ValueError:
        return {}


class Barrier:
    """Holds calls until another call, which `opener` matches, is complete; then it is open for good.

    phase: whether calls are held before their execution, or after it.
    held_count, timed_out_count: how many calls are held now, and how many continued after the timeout.
    """

    def __init__(self, opener: CallMatcher, phase: CallPhase, timeout_seconds: float) -> None:
        self.opener, self.phase = opener, phase
        self.held_count = self.timed_out_count = 0
        self._timeout_seconds = timeout_seconds
        self._opened = Event()
        self._lock = Lock()

    def wait_until_open(self) -> None:
        """Block the calling thread until the barrier opens or the timeout is over."""
        self._adjust_counts(held=1)
        is_open = self._opened.wait(self._timeout_seconds)
        self._adjust_counts(held=-1, timed_out=int(not is_open))

    def open(self) -> None:
        """Let all held calls continue, and do not hold any other."""
        self._opened.set()

    def _adjust_counts(self, held: int, timed_out: int = 0) -> None:
        with self._lock:
            self.held_count += held
            self.timed_out_count += timed_out


@dataclass(slots=True, kw_only=True, eq=False)
class Fault:
    """An injected fault.

    definition: the JSON that it was created from.
    skip, times: it skips this many matching calls, and then applies to this many; None for all.
    every: after those that it skips, it applies to each nth matching call only.
    reply_choice: the reply that replaces the service's own. network_fault: how the response is broken in transit.
    commit: whether the call is executed before its reply is replaced, lost or delayed.
    scenario: the name of the scenario that it belongs to, or "".
    priority: of a stub, which comes after all other faults, those with a lower number first; None for other faults.
    seen_count, hit_count: how many calls matched, and to how many of them it was applied.
    """

    id: str
    definition: Mapping[str, Any]
    matcher: CallMatcher
    skip: int = 0
    times: int | None = None
    every: int = 1
    reply_choice: ReplyChoice | None = None
    network_fault: NetworkFault | None = None
    delay: Delay | None = None
    barrier: Barrier | None = None
    element_fault: ElementFault | None = None
    commit: bool = False
    scenario: str = ""
    priority: int | None = None
    seen_count: int = 0
    hit_count: int = 0
    _removed: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    @property
    def is_timed(self) -> bool:
        """Whether it can make a call wait."""
        return bool(self.delay or self.barrier or (self.network_fault and self.network_fault.kind == "drip"))

    @property
    def is_spent(self) -> bool:
        """Whether it has been applied to as many calls as it may."""
        return self.times is not None and self.hit_count >= self.times

    @property
    def is_final(self) -> bool:
        """Whether it determines the response, so that later faults do not apply."""
        return self.reply_choice is not None or self.network_fault is not None

    @property
    def hides_own_reply(self) -> bool:
        """Whether the client never sees the service's own reply."""
        return self.reply_choice is not None or (
            self.network_fault is not None and self.network_fault.kind in SILENT_FAULT_KINDS and not self.commit
        )

    def can_apply_to(self, operation: Operation) -> bool:
        """Whether it can apply to calls of this operation: a bulk for an element fault, or one with the reply."""
        return (
            self.matcher.matches_operation(operation)
            and (self.element_fault is None or operation.is_bulk)
            and (self.reply_choice is None or replies.unsatisfiable_reason(operation, self.reply_choice) is None)
        )

    def claim_call(self) -> bool:
        """Count a matching call; return whether the fault applies to it."""
        with self._lock:
            self.seen_count += 1
            number = self.seen_count - self.skip
            applies = number > 0 and number % self.every == 0 and not self.is_spent
            self.hit_count += applies
            return applies

    def wait(self, phase: CallPhase) -> None:
        """Hold the call before or after its execution; the removal of the fault ends the wait."""
        if self.delay and self.commit == (phase == "after"):
            self._removed.wait(self.delay.next_seconds())
        if self.barrier and self.barrier.phase == phase:
            self.barrier.wait_until_open()

    def release_calls(self) -> None:
        """Let all held calls continue, when the fault is removed."""
        self._removed.set()
        if self.barrier:
            self.barrier.open()

    def to_json(self) -> dict[str, Any]:
        """Return the definition with id and counts."""
        held, timed_out = (self.barrier.held_count, self.barrier.timed_out_count) if self.barrier else (0, 0)
        counts = {"seen": self.seen_count, "hits": self.hit_count, "held": held, "timedOut": timed_out}
        scenario = {"scenario": self.scenario} if self.scenario else {}
        return {**self.definition, "id": self.id, **scenario, **counts}
