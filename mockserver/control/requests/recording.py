"""What an exported script needs in addition to the journal: calls that changed something, and states to start from."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from time import time
from typing import Any

import orjson

from ...faults.fault import Fault
from ...faults.registry import FaultRegistry
from ...messages import Response
from ...records.exchange import Exchange
from ...records.store import RecordStore
from ...settings import Strictness, Switches
from ...store.clock import AdjustableClock, SystemClock, format_timestamp
from ...store.state import State
from ...store.tenant import Seed
from ...store.world import World
from ..context import tenant_name

MAX_EVENTS = 1000  # of a tenant, or of all
MAX_EVENT_BYTES = 8 * 1024 * 1024  # of all of these together
MAX_STARTS = 32  # of a tenant
EVENTS_BETWEEN_STARTS = 200
MAX_REPLY_BYTES = 64 * 1024
READING_PATHS = ("requests", "near-misses", "findings", "coverage", "explain")  # nothing here changes a response
CLEARING_OPERATIONS = {"clearRequests", "resetRequests", "dropTenant"}  # after them, a journal is empty


@dataclass(frozen=True, slots=True)
class TenantStart:
    """All that decides a tenant's responses, at a time (in seconds since 1970, on the machine's clock).

    tenant: None for a tenant that nobody has called yet.
    clock, server_clock: as the control plane accepts them.
    faults: those that the tenant meets, with what is left of them.
    """

    seconds: float
    tenant: str | None
    state: State
    seed: Seed
    switches: Switches
    strictness: Strictness
    clock: Mapping[str, Any]
    server_clock: Mapping[str, Any]
    faults: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ControlEvent:
    """A call of the control plane that changed something. seconds: when it was complete. reply: what it returned."""

    seconds: float
    tenant: str | None
    operation_id: str
    method: str
    path: str
    query: str
    body: bytes
    reply: bytes

    @property
    def size_bytes(self) -> int:
        """The bytes that the client sent."""
        return len(self.path) + len(self.query) + len(self.body)


class Recording:
    """The latest events of the control plane, and the states from which the calls of a tenant can be repeated.

    A start is taken when the server starts, when the journal is cleared, and again and again as the journal grows, so
    that one of them precedes what a full journal still has. Starts share their data with the state, as snapshots do.
    """

    def __init__(self, world: World, faults: FaultRegistry) -> None:
        self._world, self._faults = world, faults
        self._events: dict[str | None, deque[ControlEvent]] = {}
        self._size_bytes = 0
        self._lost_until: dict[str | None, float] = {}  # when the last event that was dropped was complete
        self._starts: dict[str | None, deque[TenantStart]] = {None: deque(maxlen=MAX_STARTS)}
        self._lock = Lock()
        self.add_start(None)

    def add_event(self, event: ControlEvent) -> None:
        """Add an event; drop the oldest ones if there are too many."""
        with self._lock:
            events = self._events.setdefault(event.tenant, deque())
            events.append(event)
            self._size_bytes += event.size_bytes
            while len(events) > MAX_EVENTS or self._size_bytes > MAX_EVENT_BYTES:
                largest = max(self._events, key=lambda tenant: len(self._events[tenant]))
                tenant = event.tenant if len(events) > MAX_EVENTS else largest
                dropped = self._events[tenant].popleft()
                self._size_bytes -= dropped.size_bytes
                self._lost_until[tenant] = dropped.seconds
            needs_start = len(events) % EVENTS_BETWEEN_STARTS == 0 or not self._has_start(event.tenant)
        if needs_start:
            for tenant in [event.tenant] if event.tenant else [None, *self._world.tenant_names]:
                self.add_start(tenant)

    def add_start(self, tenant: str | None, oldest_seconds: float | None = None) -> None:
        """Remember the present as a start; drop those that are of no use if the journal begins at `oldest_seconds`."""
        start = self._take_start(tenant)
        with self._lock:
            starts = self._starts.setdefault(tenant, deque(maxlen=MAX_STARTS))
            starts.append(start)
            while oldest_seconds is not None and len(starts) > 1 and starts[1].seconds <= oldest_seconds:
                starts.popleft()

    def restart(self, tenant: str | None) -> None:
        """Begin again with the present state of a tenant, or of all: their journals were cleared."""
        for name in [tenant] if tenant else [None, *self._world.tenant_names]:
            start = self._take_start(name)
            with self._lock:
                self._size_bytes -= sum(event.size_bytes for event in self._events.pop(name, ()))
                self._lost_until.pop(name, None)
                self._starts[name] = deque([start], maxlen=MAX_STARTS)

    def find_start(self, tenant: str, first_seconds: float, *, is_complete: bool) -> TenantStart:
        """Return where a tenant's calls can be repeated from, given when the first one arrived.

        That is the latest start before it, or the first one after it if earlier calls were dropped (not `is_complete`).
        """
        with self._lock:
            complete_since = max(self._lost_until.get(name, 0.0) for name in (None, tenant))
            own_starts: list[TenantStart] = list(self._starts.get(tenant, ()))
            new_starts: list[TenantStart] = list(self._starts[None])  # of a tenant that nobody has called yet
        earlier = [start for start in (*new_starts, *own_starts) if complete_since <= start.seconds <= first_seconds]
        later = [start for start in own_starts if start.seconds > max(complete_since, first_seconds)]
        latest = max(earlier, key=lambda start: start.seconds) if earlier and is_complete else None
        start: TenantStart = replace(latest or (later or [self._take_start(tenant)])[0], tenant=tenant)
        return start

    def list_events(self, tenant: str | None) -> list[ControlEvent]:
        """Return the events that name a tenant, the oldest first; for None those that name none."""
        with self._lock:
            return list(self._events.get(tenant, ()))

    def _has_start(self, tenant: str | None) -> bool:
        """Whether nothing is lost since the latest start of a tenant."""
        starts = self._starts.get(tenant) or self._starts[None]
        return starts[-1].seconds >= self._lost_until.get(tenant, 0.0)

    def _take_start(self, tenant: str | None) -> TenantStart:
        world = self._world
        owner = world.tenant(tenant) if tenant in world.tenant_names else None
        seed = owner.seed if owner else world.seed
        return TenantStart(
            seconds=time(),
            tenant=tenant,
            state=owner.state if owner else seed.state,
            seed=seed,
            switches=(owner or world).switches,
            strictness=(owner or world).strictness,
            clock=_clock_setting(*((owner.clock,) if owner else ()), world.clock),
            server_clock=_clock_setting(world.clock),
            faults=[_rest_of_fault(fault) for fault in self._faults.faults if _is_relevant(fault, tenant)],
        )


class ControlLog(RecordStore):
    """The records of the control plane: it has no journal, but its calls that change something are events."""

    def __init__(self, recording: Recording) -> None:
        super().__init__(is_recording=False)
        self._recording = recording

    def close_exchange(self, exchange: Exchange, response: Response) -> None:
        """Add a call that changed something to the recording."""
        request, operation = exchange.request, exchange.operation
        exchange.response = response
        if operation is None or request.method == "GET" or response.status >= 400:
            return
        named = tenant_name(exchange.call) if exchange.call else None
        tenant = exchange.ids["name"] if operation.id == "dropTenant" else named
        if operation.id in CLEARING_OPERATIONS:
            self._recording.restart(tenant)
        elif operation.path.split("/")[2] not in READING_PATHS:
            reply = response.content if len(response.content) <= MAX_REPLY_BYTES else b""
            body = orjson.dumps(exchange.call.body) if request.body and exchange.call else b""  # it may have been YAML
            sent = (request.method, request.path, request.query, body)
            self._recording.add_event(ControlEvent(time(), tenant, operation.id, *sent, reply))


def _clock_setting(*clocks: AdjustableClock) -> dict[str, Any]:
    """Return how a clock runs that follows others, as one setting; the clock comes first."""
    clock = clocks[0]
    if all(base.mode == "real" for base in clocks):
        return {"mode": "real"}
    if not all(base.rate for base in clocks):
        return {"mode": "frozen", "at": format_timestamp(clock.now())}
    rate = 1.0
    for base in clocks:
        rate *= base.rate
    if rate == 1:
        return {"mode": "offset", "seconds": (clock.now() - SystemClock().now()).total_seconds()}
    return {"mode": "scaled", "rate": rate, "at": format_timestamp(clock.now())}


def _is_relevant(fault: Fault, tenant: str | None) -> bool:
    """Whether a fault can still apply to calls of a tenant."""
    is_used_up = fault.times is not None and fault.hit_count >= fault.times
    return fault.matcher.tenant in (None, tenant) and not is_used_up


def _rest_of_fault(fault: Fault) -> dict[str, Any]:
    """Return a fault's definition without the calls that it has already seen."""
    definition = {**fault.definition, "id": fault.id}
    if fault.skip:
        definition["skip"] = max(0, fault.skip - fault.seen_count)
    if fault.times is not None:
        definition["times"] = fault.times - fault.hit_count
    return definition
