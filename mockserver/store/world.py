"""The world: tenants with their states, tokens, generated ids and time; what a reset acts on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from ..access import OAuthClient, Principal, TokenStore
from ..settings import Strictness, Switches
from .clock import AdjustableClock, Clock, ClockSetting, SystemClock
from .customer_tokens import CustomerTokens
from .ids import Ids
from .state import State

MAX_UNDO_STEPS = 100  # changes of a tenant that can be undone

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Seed:
    """The content of a world file: the state that every tenant starts from, the clients and the tokens.

    customer_scopes: of the token `customer:ID` that each customer has; None if customers have none.
    switches: those that the world turns on, by name.
    """

    name: str
    state: State
    clients: Mapping[str, OAuthClient] = field(default_factory=dict)
    tokens: Mapping[str, Principal] = field(default_factory=dict)
    customer_scopes: frozenset[str] | None = None
    switches: Mapping[str, Any] = field(default_factory=dict)


class CapturedTenant(NamedTuple):
    """A tenant at one moment, without its snapshots and its history; `restore_tenant` continues from it.

    ids_position: that of its sequence of ids.
    """

    name: str
    seed: Seed
    state: State
    version: int
    ids_position: int
    clock_setting: ClockSetting | None
    switches: Switches
    strictness: Strictness


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


class Tenant:
    """One tenant: its state can be read at any time, and is changed by one rule at a time.

    version: the number of changes; a rule that fails or changes nothing does not count.
    switches, strictness: settings that can change at run time.
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
        with self._write_lock:
            self.seed = seed
            self._replace_state(seed.state)
            self.ids = Ids(f"{seed.name}/{self.name}")

    def capture(self) -> CapturedTenant:
        """Return the tenant as it is now."""
        with self._write_lock:
            return CapturedTenant(
                self.name,
                self.seed,
                self.state,
                self.version,
                self.ids.position,
                self.clock.setting,
                self.switches,
                self.strictness,
            )

    def restore(self, record: CapturedTenant) -> None:
        """Continue from a record; nothing that happened before it can be undone."""
        self.seed, self.state, self.version = record.seed, record.state, record.version
        self.ids = Ids(f"{record.seed.name}/{self.name}", record.ids_position)
        self.clock.setting = record.clock_setting
        self.switches, self.strictness = record.switches, record.strictness

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
    admits_any_client: whether visitors may log in with a client that no world has (B4e).
    """

    def __init__(
        self,
        seed: Seed,
        switches: Switches,
        default_tenant: str,
        clock: Clock | None,
        strictness: Strictness,
        *,
        admits_any_client: bool = False,
    ) -> None:
        self.seed = seed
        self.admits_any_client = admits_any_client
        self._initial_clients = seed.clients
        self.default_tenant = default_tenant
        self._initial_settings = switches, strictness
        self.switches, self.strictness = replace(switches, **seed.switches), strictness
        self.clock = AdjustableClock(clock or SystemClock())
        self.tokens = TokenStore(seed.tokens, CustomerTokens(self._places_of))
        self.ids = Ids(seed.name)
        self._tenants: dict[str, Tenant] = {}
        self._tenants_lock = Lock()

    @property
    def tenant_names(self) -> list[str]:
        """The tenants that accepted requests have named so far, in alphabetical order; a refused token creates none."""
        return sorted(self._tenants)

    def tenant(self, name: str) -> Tenant:
        """Return a tenant; a new one starts from the seed."""
        tenant = self._tenants.get(name)
        if tenant is None:
            with self._tenants_lock:
                tenant = self._tenants.setdefault(name, self._create_tenant(name))
        return tenant

    def state_of(self, name: str) -> State:
        """Return the state of a tenant; one that no request has named is not created."""
        return next(self._places_of(name))[1]

    def tenants(self, name: str | None) -> list[Tenant]:
        """Return one tenant, or all that requests have named so far."""
        return [self.tenant(tenant_name) for tenant_name in ([name] if name else self.tenant_names)]

    def clock_of(self, tenant: str | None) -> AdjustableClock:
        """Return the clock of a tenant; for None, the one that all tenants follow."""
        return self.tenant(tenant).clock if tenant else self.clock

    def drop_tenant(self, name: str) -> bool:
        """Delete a tenant with its state; False if it is unknown."""
        with self._tenants_lock:
            self.tokens.forget_seed(name)
            return self._tenants.pop(name, None) is not None

    def reseed(self, seed: Seed, name: str | None = None) -> list[Tenant]:
        """Reset a tenant, or all including new ones, to another seed; return those that requests have named so far."""
        if name is None:
            self.switches = self._exchange_switches(self.switches, self.seed, seed)
            self.seed = seed
        self.tokens.reseed(seed.tokens, name)
        tenants = self.tenants(name)
        for tenant in tenants:
            tenant.switches = self._exchange_switches(tenant.switches, tenant.seed, seed)
            tenant.reseed(seed)
        return tenants

    def restore_tenant(self, record: CapturedTenant) -> None:
        """Continue a tenant from a record, with the tokens of its world."""
        if record.seed is not self.seed:
            self.tokens.reseed(record.seed.tokens, record.name)
        self.tenant(record.name).restore(record)

    def switches_for(self, seed: Seed) -> Switches:
        """Return the switches of tenants that start from a seed."""
        return self._exchange_switches(self.switches, self.seed, seed)

    def clients_of(self, tenant: str | None) -> Mapping[str, OAuthClient]:
        """Return the clients of a tenant's world, or of the world of new tenants, and those of the server's start."""
        seed = self.tenant(tenant).seed if tenant else self.seed
        return {**self._initial_clients, **seed.clients}

    def home_of_client(self, client_id: str, secret: str) -> str | None:
        """Return the tenant whose world has a client that the world of new tenants lacks, or else None.

        A client with the same id and another secret is another client.
        """
        shared = self.clients_of(None).get(client_id)
        if shared and shared.secret == secret:
            return None
        homes = {name: self.tenant(name).seed.clients.get(client_id) for name in self.tenant_names}
        with_secret = (name for name, client in homes.items() if client and client.secret == secret)
        with_id = (name for name, client in homes.items() if client and not shared)
        return next(chain(with_secret, with_id), None)

    def reset_overrides(self, name: str | None = None) -> None:
        """Undo what tests changed apart from the state, in one tenant or all: clock, settings, revoked tokens.

        Issued tokens remain valid (B9).
        """
        if name is None:
            self.clock.resume()
            initial_switches, self.strictness = self._initial_settings
            self.switches = replace(initial_switches, **self.seed.switches)
        for tenant in self.tenants(name):
            tenant.clock.resume()
            tenant.switches = self.switches_for(tenant.seed)
            tenant.strictness = self.strictness
            self.tokens.forget_revocations(tenant.name)

    def _exchange_switches(self, switches: Switches, old: Seed, new: Seed) -> Switches:
        """Return switches in which those of an old world are as the server was started, and a new world has its own."""
        if old is new:
            return switches
        initial_switches = self._initial_settings[0]
        return replace(
            switches, **{name: getattr(initial_switches, name) for name in old.switches} | dict(new.switches)
        )

    def _places_of(self, name: str | None) -> Iterator[tuple[Seed, State]]:
        """Yield world and state of a tenant; for None, those of new tenants, then of all others. Creates no tenant."""
        tenant = self._tenants.get(name) if name else None
        yield (tenant.seed, tenant.state) if tenant else (self.seed, self.seed.state)
        if name is None:
            yield from ((other.seed, other.state) for other in list(self._tenants.values()))

    def _create_tenant(self, name: str) -> Tenant:
        return Tenant(name, self.seed, self.clock, self.switches, self.strictness)
