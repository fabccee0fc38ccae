"""The world: tenants with their states, tokens, generated ids and time; what a reset acts on."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import NamedTuple, TypeVar

from ..access import OAuthClient, Principal, TokenStore
from ..settings import Strictness, Switches
from .clock import AdjustableClock, Clock, SystemClock
from .history import PRESENT, History, ShownChange
from .snapshots import Snapshots
from .state import State

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
        self._history = History()
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

    def follow(self, seed: Seed) -> bool:
        """Take a newer version of the seed, whose state replaces the old one's; False if there are changes to keep."""
        with self._write_lock:
            is_untouched, self.seed = self.state is self.seed.state, seed
            if is_untouched:
                self._replace_state(seed.state)
                self.ids = Ids(f"{seed.name}/{self.name}")
            return is_untouched

    def undo(self, steps: int) -> int:
        """Undo the last changes of any kind; return how many were undone."""
        with self._write_lock:
            return self._undo_while(lambda undone_count: undone_count < steps)

    def undo_to(self, version: int) -> int:
        """Undo all changes since a version; return how many were undone. UnknownVersion if it is not kept any more."""
        with self._write_lock:
            target = self._history.find_state(version, self.state, self.version)
            return self._undo_while(lambda _: self.state is not target)

    def list_changes(self) -> tuple[int, list[ShownChange]]:
        """Return the version, and the changes that led to it, as far as they are kept; the earliest comes first."""
        with self._write_lock:
            return self.version, list(self._history.show_changes(self.state))

    def save_snapshot(self, name: str) -> bool:
        """Save the state as a snapshot; False if there are too many."""
        with self._write_lock:
            return self.snapshots.save(name, self.state, self.version)

    def _undo_while(self, goes_on: Callable[[int], bool]) -> int:
        """Undo changes while a condition holds, which takes their number so far; return how many were undone."""
        undone_count, last_state = 0, self.state
        while goes_on(undone_count) and (state := self._history.pop_state()) is not None:
            self.state = state
            undone_count += 1
        if undone_count:
            self.version += 1
            self._history.append_undo(self.version, last_state)
        return undone_count

    def _replace_state(self, state: State) -> None:
        if state is not self.state:
            change = self.version + 1, self.state, PRESENT.fields
            self._history.changes.append(change)
            self._history.undoable.append(change)
            self.state = state
            self.version += 1


class Followers(NamedTuple):
    """The tenants that got the state of a newer world, and those that keep their own until a reset."""

    followed: tuple[str, ...]
    kept: tuple[str, ...]


class World:
    """All tenants, the tokens, the clock and the source of ids.

    seed: what new tenants start from. initial_seed: the newest version of what the server started with.
    default_tenant: the tenant of requests that name none: in replies of the OAuth Service (B1a), and in `/__admin`.
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
        self.initial_seed = seed
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
        """Return a tenant; a new one starts from the seed."""
        tenant = self._tenants.get(name)
        if tenant is None:
            with self._tenants_lock:
                tenant = self._tenants.setdefault(name, self._create_tenant(name))
        return tenant

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
            self.seed = seed
        self.tokens.reseed(seed.tokens, name)
        tenants = self.tenants(name)
        for tenant in tenants:
            tenant.reseed(seed)
        return tenants

    def follow(self, seed: Seed) -> Followers:
        """Replace the seed of the start by a newer version of it.

        Tenants that were seeded with another world keep it, and so do new ones if all were.
        """
        with self._tenants_lock:
            old, self.initial_seed = self.initial_seed, seed
            if self.seed is old:
                self.seed = seed
            tenants = [self._tenants[name] for name in self.tenant_names if self._tenants[name].seed is old]
        self.tokens.replace_initial(seed.tokens)
        outcomes = [(tenant.name, tenant.follow(seed)) for tenant in tenants]
        return Followers(
            tuple(name for name, has_followed in outcomes if has_followed),
            tuple(name for name, has_followed in outcomes if not has_followed),
        )

    def clients_of(self, tenant: str | None) -> Mapping[str, OAuthClient]:
        """Return the clients of a tenant's world, or of the world of new tenants, and those of the server's start."""
        seed = self.tenant(tenant).seed if tenant else self.seed
        return {**self.initial_seed.clients, **seed.clients}

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
