"""The world: tenants with their states, tokens, generated ids and time; what a reset acts on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from threading import Lock
from typing import Any, Protocol, TypeVar

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


class SettingsOwner(Protocol):
    """A tenant, or the world for new tenants: what has settings that can change at run time."""

    switches: Switches
    strictness: Strictness


def apply_settings(owner: SettingsOwner, values: Mapping[str, Any]) -> None:
    """Change some settings of a tenant or the world: switches by name, and `contract`, the strictness."""
    switches = {name: value for name, value in values.items() if name not in ("tenant", "contract")}
    if "max_page_size" in switches:
        switches["max_page_size"] = switches["max_page_size"] or None
    owner.switches = replace(owner.switches, **switches)
    owner.strictness = values.get("contract", owner.strictness)


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
    prepare_tenant: is called with each new tenant before others see it; it must not ask for tenants.
    """

    def __init__(
        self,
        seed: Seed,
        switches: Switches,
        default_tenant: str,
        clock: Clock | None,
        strictness: Strictness,
    ) -> None:
        self.seed = seed
        self._initial_clients = seed.clients
        self.default_tenant = default_tenant
        self.switches, self.strictness = self._initial_settings = switches, strictness
        self.clock = AdjustableClock(clock or SystemClock())
        self.tokens = TokenStore(seed.tokens)
        self.ids = Ids(seed.name)
        self.prepare_tenant: Callable[[Tenant], None] = _leave_unprepared
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
                tenant = self._tenants.get(name)
                if tenant is None:
                    tenant = self._create_tenant(name)
                    self.prepare_tenant(tenant)
                    self._tenants[name] = tenant
        return tenant

    def has_tenant(self, name: str) -> bool:
        """Whether a tenant exists already."""
        return name in self._tenants

    def tenants(self, name: str | None) -> list[Tenant]:
        """Return one tenant, or all that requests have named so far, also those that are being created."""
        if name:
            return [self.tenant(name)]
        with self._tenants_lock:
            return [self._tenants[tenant_name] for tenant_name in self.tenant_names]

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
            self.seed = seed
        self.tokens.reseed(seed.tokens, name)
        tenants = self.tenants(name)
        for tenant in tenants:
            tenant.reseed(seed)
        return tenants

    def use_seed(self, tenant: Tenant, seed: Seed) -> None:
        """Give a tenant another seed, with its clients and tokens, to which later resets return; its state stays."""
        tenant.seed = seed
        if seed is self.seed:
            self.tokens.forget_seed(tenant.name)
        else:
            self.tokens.reseed(seed.tokens, tenant.name)

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


def _leave_unprepared(_: Tenant) -> None:
    """Leave a new tenant as it is."""
