"""A rule: which calls it is for, what becomes of them, and how often it has been applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock
from typing import Any, Literal
from urllib.parse import unquote

from ..contract.bodies import BodyPlan
from ..contract.operations import Operation
from ..errors import ClientError
from ..messages import NetworkFault
from ..records.exchange import Exchange
from . import replies
from .replies import ReplyChoice

SILENT_FAULT_KINDS = {"reset", "empty", "garbage"}  # wires on which no answer comes through


class Delay:
    """How long calls are held: between two bounds, the same times in every run."""

    def __init__(self, lower_ms: float, upper_ms: float, seed: int) -> None:
        self._bounds = (lower_ms / 1000, upper_ms / 1000)
        self._random = Random(seed)  # noqa: S311 - the same in every run is what it is for

    def next_seconds(self) -> float:
        """Return the next delay."""
        return self._random.uniform(*self._bounds)


@dataclass(frozen=True, slots=True)
class ElementFault:
    """Elements of a bulk that fail: the one with an index, counted as the replies count, or those with an id."""

    code: int
    example: str | None = None
    index: int | None = None
    id: str | None = None

    def find_positions(self, plan: BodyPlan, elements: Sequence[Any], index_base: int) -> list[int]:
        """Return the indexes of these elements in a bulk, from 0."""
        if self.index is not None:
            return [self.index - index_base] if 0 <= self.index - index_base < len(elements) else []
        return [position for position, element in enumerate(elements) if plan.id_of(element) == self.id]

    def element_error(self, plan: BodyPlan, element: Any) -> ClientError:
        """Return the injected error of an element."""
        errors_by_example = replies.errors_by_example(self.code, plan.id_of(element) or "unknown")
        return errors_by_example[self.example] if self.example else next(iter(errors_by_example.values()))


@dataclass(slots=True, kw_only=True, eq=False)
class Fault:
    """A fault on order.

    asked: the rule as it was written.
    skip, times: how many calls pass before it is applied, and to how many it is then; None for all.
    wanted: the reply that takes the place of the service's own. network_fault: how the response is broken in transit.
    commit: whether the call is carried out before the reply is replaced, lost or delayed.
    seen, hits: how many calls it was for, and to how many of them it was applied.
    """

    id: str
    definition: Mapping[str, Any]
    matcher: CallMatcher
    skip: int = 0
    times: int | None = None
    reply_choice: ReplyChoice | None = None
    network_fault: NetworkFault | None = None
    delay: Delay | None = None
    barrier: Barrier | None = None
    element_fault: ElementFault | None = None
    commit: bool = False
    seen_count: int = 0
    hit_count: int = 0
    _removed: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    @property
    def is_timed(self) -> bool:
        """Whether a call may have to wait for it."""
        return bool(self.delay or self.barrier or (self.network_fault and self.network_fault.kind == "drip"))

    @property
    def is_final(self) -> bool:
        """Whether the answer is settled with it, so that rules behind it have no say."""
        return self.reply_choice is not None or self.network_fault is not None

    @property
    def hides_own_reply(self) -> bool:
        """Whether the service's own answer is never seen."""
        return self.reply_choice is not None or (
            self.network_fault is not None and self.network_fault.kind in SILENT_FAULT_KINDS and not self.commit
        )

    def can_apply_to(self, operation: Operation) -> bool:
        """Whether it can be for calls of this operation, which must have the status, or be a bulk."""
        return (
            self.matcher.matches_operation(operation)
            and (self.element_fault is None or operation.is_bulk)
            and (self.reply_choice is None or replies.unsatisfiable_reason(operation, self.reply_choice) is None)
        )

    def claim_call(self) -> bool:
        """Count a call that it is for; True if it is to be applied to it."""
        with self._lock:
            self.seen_count += 1
            applies = self.seen_count > self.skip and (self.times is None or self.hit_count < self.times)
            self.hit_count += applies
            return applies

    def wait(self, phase: CallPhase) -> None:
        """Let the call wait, before it is carried out or after that, as long as the rule is there."""
        if self.delay and self.commit == (phase == "after"):
            self._removed.wait(self.delay.next_seconds())
        if self.barrier and self.barrier.phase == phase:
            self.barrier.wait_until_open()

    def release_calls(self) -> None:
        """Let all calls go on that wait for it, since it is removed."""
        self._removed.set()
        if self.barrier:
            self.barrier.open()

    def to_json(self) -> dict[str, Any]:
        """Return the rule as it was written, and what became of it."""
        held, timed_out = (self.barrier.held_count, self.barrier.timed_out_count) if self.barrier else (0, 0)
        counts = {"seen": self.seen_count, "hits": self.hit_count, "held": held, "timedOut": timed_out}
        return {**self.definition, "id": self.id, **counts}


CallerLookup = Callable[[Exchange], str | None]  # whose token a call carries, good or not


@dataclass(frozen=True, slots=True)
class CallMatcher:
    """What a call must be like; what is left out may be anything.

    path: decoded values of the path, by name. headers: values by name in lower case.
    persona: name of the caller, as the journal has it.
    """

    operation_id: str | None = None
    tenant: str | None = None
    path_values: Mapping[str, str] = field(default_factory=dict)
    persona: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def matches_operation(self, operation: Operation) -> bool:
        """Whether calls of this operation can be meant."""
        return (
            self.operation_id in (None, operation.id) and self.path_values.keys() <= operation.parameter_names["path"]
        )

    def matches_exchange(self, exchange: Exchange, find_caller: CallerLookup) -> bool:
        """Whether this call is meant, of an operation that fits."""
        if self.tenant is not None and self.tenant != exchange.tenant:
            return False
        for name, value in self.path_values.items():
            if unquote(exchange.ids[name]) != value:
                return False
        for name, value in self.headers.items():
            if exchange.request.headers.get(name) != value:
                return False
        return self.persona is None or self.persona == find_caller(exchange)


CallPhase = Literal["before", "after"]


class Barrier:
    """Holds calls until one that matches has been answered; from then on it is open.

    It does not matter which call comes first: one that comes after the other is through is not held.

    at: whether calls wait before they are carried out, or after that with their answers.
    held, timed_out: how many calls wait now, and how many have gone on since nothing came.
    """

    def __init__(self, opener: CallMatcher, phase: CallPhase, timeout_seconds: float) -> None:
        self.opener, self.phase = opener, phase
        self.held_count = self.timed_out_count = 0
        self._timeout_seconds = timeout_seconds
        self._opened = Event()
        self._lock = Lock()

    def wait_until_open(self) -> None:
        """Hold the calling thread until the barrier opens, or its time is over."""
        self._adjust_counts(held=1)
        is_open = self._opened.wait(self._timeout_seconds)
        self._adjust_counts(held=-1, timed_out=int(not is_open))

    def open(self) -> None:
        """Let all calls go on that are held, and those to come."""
        self._opened.set()

    def _adjust_counts(self, held: int, timed_out: int = 0) -> None:
        with self._lock:
            self.held_count += held
            self.timed_out_count += timed_out
