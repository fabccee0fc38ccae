"""The world: tenants with their states, tokens, generated ids and time; what a reset acts on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from time import monotonic
from typing import NamedTuple, TypeVar

from ..access import OAuthClient, Principal, TokenStore
from ..settings import Strictness, Switches
from .clock import AdjustableClock, Clock, SystemClock
from .state import State

MAX_UNDO_STEPS = 100  # changes of a tenant that can be undone
DOCUMENT_ID_DIGITS = 24  # of generated ids (D4)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Seed:
    """The content of a world file: the state that every tenant starts from, the clients and the tokens."""

    name: str
    state: State
    clients: Mapping[str, OAuthClient] = field(default_factory=dict)
    tokens: Mapping[str, Principal] = field(default_factory=dict)


class Ids:
    """Generates ids: the same sequence for the same name."""

    def __init__(self, name: str) -> None:
        self._random = Random(name)  # noqa: S311 - ids must be the same in every run, not secret

    def next_hex(self, digits: int) -> str:
        """Return the next id, with this many lowercase hex digits."""
        return f"{self._random.getrandbits(digits * 4):0{digits}x}"

    def next_document_id(self, taken: Container[str]) -> str:
        """Return the next id of a document that is not taken (D4).

        The sequence restarts at a reset, so a restored state may have it already.
        """
        while (id_ := self.next_hex(DOCUMENT_ID_DIGITS)) in taken:
            pass
        return id_


class Snapshots:
    """States of a tenant by name; they share most of their data, so they cost little."""

    MAX_SNAPSHOTS = 100

    def __init__(self) -> None:
        self._states: dict[str, State] = {}

    @property
    def names(self) -> list[str]:
        """The names of the snapshots, in alphabetical order."""
        return sorted(self._states)

    def get(self, name: str) -> State | None:
        """Return the state that was saved under a name, or None."""
        return self._states.get(name)

    def save(self, name: str, state: State) -> bool:
        """Save a state under a name, which may exist; False if there are too many snapshots."""
        if name not in self._states and len(self._states) >= self.MAX_SNAPSHOTS:
            return False
        self._states[name] = state
        return True

    def delete(self, name: str) -> bool:
        """Delete a snapshot; False if the name is unknown."""
        return self._states.pop(name, None) is not None


class TenantLimits(NamedTuple):
    """How many tenants a world keeps, and for how many seconds after their last use."""

    max_tenants: int = 1000
    idle_seconds: float = 24 * 60 * 60


DEFAULT_LIMITS = TenantLimits()


class Tenant:
    """One tenant: its state can be read at any time, and is changed by one rule at a time.

    version: the number of changes; a rule that fails or changes nothing does not count.
    switches, strictness: settings that can change at run time.
    used_at: when a request last named it, by the monotonic clock.
    """

    def __init__(self, name: str, seed: Seed, clock: Clock, switches: Switches, strictness: Strictness) -> None:
        self.name = name
        self.clock = AdjustableClock(clock)
        self.switches, self.strictness = switches, strictness
        self.ids = Ids(f"{seed.name}/{name}")
        self.seed = seed
        self.snapshots = Snapshots()
        self.version = 0
        self.state = seed.state
        self.used_at = monotonic()
        self._history: deque[State] = deque(maxlen=MAX_UNDO_STEPS)
        self._write_lock = Lock()

    def change(self, rule: Callable[[State], tuple[State, Result]]) -> Result:
        """Replace the state by the one that a rule returns; if the rule raises, nothing changes.

        The rule must have no other effect, so that a store shared by several workers could run it again.
        """
        with self._write_lock:
            state, result = rule(self.state)
            self._replace_state(state)
            return result

    def reset(self, target: State | None = None) -> None:
        """Return to the state of the seed, or to another one, in O(1); the sequence of ids restarts."""
        with self._write_lock:
            self._replace_state(self.seed.state if target is None else target)
            self.ids = Ids(f"{self.seed.name}/{self.name}")

    def reseed(self, seed: Seed) -> None:
        """Reset to another seed, which later resets use too."""
        self.seed = seed
        self.reset()

    def undo(self, steps: int) -> int:
        """Undo the last changes of any kind; return how many were undone."""
        with self._write_lock:
            undone_count = 0
            while undone_count < steps and self._history:
                self.state = self._history.pop()
                undone_count += 1
            self.version += bool(undone_count)
            return undone_count

    def _replace_state(self, state: State) -> None:
        if state is not self.state:
            self._history.append(self.state)
            self.state = state
            self.version += 1


class World:
    """All tenants, the tokens, the clock and the source of ids.

    default_tenant: the tenant of requests that name none: in replies of the OAuth Service (B1a), and in `/__admin`.
    """

    def __init__(
        self,
        seed: Seed,
        switches: Switches,
        default_tenant: str,
        clock: Clock | None,
        strictness: Strictness,
        *,
        limits: TenantLimits = DEFAULT_LIMITS,
    ) -> None:
        self.seed = seed
        self.limits = limits
        self.dropped_count = 0  # tenants beyond the limits
        self._initial_clients = seed.clients
        self.default_tenant = default_tenant
        self.switches, self.strictness = self._initial_settings = switches, strictness
        self.clock = AdjustableClock(clock or SystemClock())
        self.tokens = TokenStore(seed.tokens)
        self.ids = Ids(seed.name)
        self._tenants: dict[str, Tenant] = {}
        self._tenants_lock = Lock()

    @property
    def tenant_names(self) -> list[str]:
        """The tenants that accepted requests have named so far, in alphabetical order; a refused token creates none."""
        return sorted(self._tenants)

    def tenant(self, name: str) -> Tenant:
        """Return a tenant; a new one starts from the seed, and replaces those beyond the limits."""
        tenant = self._tenants.get(name)
        if tenant is None:
            with self._tenants_lock:
                tenant = self._tenants.setdefault(name, self._create_tenant(name))
                self._drop_unused_tenants()
        tenant.used_at = monotonic()
        return tenant

    def tenants(self, name: str | None) -> list[Tenant]:
        """Return one tenant, or all that requests have named so far."""
        return [self.tenant(name)] if name else [tenant for _, tenant in sorted(self._tenants.items())]

    def clock_of(self, tenant: str | None) -> AdjustableClock:
        """Return the clock of a tenant; for None, the one that all tenants follow."""
        return self.tenant(tenant).clock if tenant else self.clock

    def drop_tenant(self, name: str) -> bool:
        """Delete a tenant with its state; False if it is unknown."""
        with self._tenants_lock:
            return self._drop_tenant(name)

    def reseed(self, seed: Seed, name: str | None = None) -> list[Tenant]:
        """Reset a tenant, or all including new ones, to another seed; return those that requests have named so far."""
        if name is None:
            self.seed = seed
        self.tokens.reseed(seed.tokens, name)
        tenants = self.tenants(name)
        for tenant in tenants:
            tenant.reseed(seed)
        return tenants

    def clients_of(self, tenant: str | None) -> Mapping[str, OAuthClient]:
        """Return the clients of a tenant's world, or of the world of new tenants, and those of the server's start."""
        seed = self.tenant(tenant).seed if tenant else self.seed
        return {**self._initial_clients, **seed.clients}

    def home_of_client(self, client_id: str) -> str | None:
        """Return the tenant whose world has a client that the world of new tenants lacks, or else None."""
        if client_id in self.clients_of(None):
            return None
        return next((name for name in self.tenant_names if client_id in self.tenant(name).seed.clients), None)

    def reset_overrides(self, name: str | None = None) -> None:
        """Undo what tests changed apart from the state, in one tenant or all: clock, settings, revoked tokens.

        Issued tokens remain valid (B9).
        """
        if name is None:
            self.clock.resume()
            self.switches, self.strictness = self._initial_settings
        for tenant in self.tenants(name):
            tenant.clock.resume()
            tenant.switches, tenant.strictness = self.switches, self.strictness
            self.tokens.forget_revocations(tenant.name)

    def _create_tenant(self, name: str) -> Tenant:
        return Tenant(name, self.seed, self.clock, self.switches, self.strictness)

    def _drop_unused_tenants(self) -> None:
        """Drop the tenants that have been idle for too long, and those used least recently if there are too many."""
        idle_since = monotonic() - self.limits.idle_seconds
        *older, _ = sorted(self._tenants.values(), key=lambda tenant: tenant.used_at)  # the last one is new
        surplus = len(self._tenants) - self.limits.max_tenants
        for position, tenant in enumerate(tenant for tenant in older if tenant.name != self.default_tenant):
            if position < surplus or tenant.used_at < idle_since:
                self._drop_tenant(tenant.name)
                self.dropped_count += 1

    def _drop_tenant(self, name: str) -> bool:
        self.tokens.forget_seed(name)
        return self._tenants.pop(name, None) is not None
