"""The world: tenants, tokens, generated ids and time; what a reset acts on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from threading import Lock
from time import monotonic
from typing import NamedTuple

from ..access import OAuthClient
from ..settings import Strictness, Switches
from .clock import AdjustableClock, Clock, SystemClock
from .collection import Collection
from .customer_tokens import CustomerTokens
from .ids import Ids
from .row_removal import RowRemover
from .state import State
from .tenant import DEFAULT_LIMITS, CapturedTenant, NewTenants, Seed, Tenant, TenantLimits
from .token_store import TokenStore


class Followers(NamedTuple):
    """The tenants that got the state of a newer world, and those that keep their own until a reset."""

    followed: tuple[str, ...]
    kept: tuple[str, ...]


class World:
    """All tenants, the tokens, the clock and the source of ids.

    seed: what new tenants start from. initial_seed: the newest version of what the server started with.
    default_tenant: the tenant of requests that name none: in replies of the OAuth Service (B1a), and in `/__admin`.
    admits_any_client: whether visitors may log in with a client that no world has (B4e).
    collections: what tenants store; deletions follow their references.
    prepare_tenant: is called with each new tenant before others see it; it must not ask for tenants.
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
        limits: TenantLimits = DEFAULT_LIMITS,
        collections: Iterable[Collection] = (),
    ) -> None:
        self.seed = seed
        self.admits_any_client = admits_any_client
        self.limits = limits
        self.dropped_count = 0  # tenants beyond the limits
        self.initial_seed = seed
        self.default_tenant = default_tenant
        self._initial_settings = switches, strictness
        self.switches, self.strictness = replace(switches, **seed.switches), strictness
        self.clock = AdjustableClock(clock or SystemClock())
        self.tokens = TokenStore(seed.tokens, CustomerTokens(self._places_of))
        self.ids = Ids(seed.name)
        self.prepare_tenant: Callable[[Tenant], None] = _leave_unprepared
        self._row_remover = RowRemover(collections)
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
                tenant = self._tenants.get(name)
                if tenant is None:
                    tenant = self._create_tenant(name)
                    self.prepare_tenant(tenant)
                    self._tenants[name] = tenant
                    self._drop_unused_tenants()
        tenant.used_at = monotonic()
        return tenant

    def state_of(self, name: str) -> State:
        """Return the state of a tenant; one that no request has named is not created."""
        return next(self._places_of(name))[1]

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
            return self._drop_tenant(name)

    def reseed(self, seed: Seed, name: str | None = None) -> list[Tenant]:
        """Reset a tenant, or all including new ones, to another seed; return those that requests have named so far."""
        if name is None:
            self.switches = self.exchange_switches(self.switches, self.seed, seed)
            self.seed = seed
        self.tokens.reseed(seed.tokens, name)
        tenants = self.tenants(name)
        for tenant in tenants:
            tenant.switches = self.exchange_switches(tenant.switches, tenant.seed, seed)
            tenant.reseed(seed)
        return tenants

    def follow(self, seed: Seed) -> Followers:
        """Replace the seed of the start by a newer version of it.

        Tenants that were seeded with another world keep it, and so do new ones if all were.
        """
        with self._tenants_lock:
            old, self.initial_seed = self.initial_seed, seed
            if self.seed is old:
                self.switches = self.exchange_switches(self.switches, old, seed)
                self.seed = seed
            tenants = [self._tenants[name] for name in self.tenant_names if self._tenants[name].seed is old]
        self.tokens.replace_initial(seed.tokens)
        outcomes = [(tenant.name, self._follow_seed(tenant, seed)) for tenant in tenants]
        return Followers(
            tuple(name for name, has_followed in outcomes if has_followed),
            tuple(name for name, has_followed in outcomes if not has_followed),
        )

    def restore_tenant(self, record: CapturedTenant) -> None:
        """Continue a tenant from a record, with the tokens of its world; no request has named it yet."""
        if record.seed is not self.seed:
            self.tokens.reseed(record.seed.tokens, record.name)
        tenant = self._create_tenant(record.name)
        tenant.restore(record)
        with self._tenants_lock:
            self.prepare_tenant(tenant)
            self._tenants[record.name] = tenant

    def capture_new_tenants(self) -> NewTenants:
        """Return what new tenants start from, and their settings."""
        return NewTenants(self.seed, self.switches, self.strictness)

    def restore_new_tenants(self, record: NewTenants) -> None:
        """Let new tenants start from a record, with the tokens of its world."""
        if record.seed is not self.seed:
            self.tokens.reseed(record.seed.tokens)
        self.seed, self.switches, self.strictness = record

    def describe_start(self, seed: Seed) -> NewTenants:
        """Return new tenants with a seed and the settings that the server was started with."""
        switches, strictness = self._initial_settings
        return NewTenants(seed, replace(switches, **seed.switches), strictness)

    def switches_for(self, seed: Seed) -> Switches:
        """Return the switches of tenants that start from a seed."""
        return self.exchange_switches(self.switches, self.seed, seed)

    def exchange_switches(self, switches: Switches, old: Seed, new: Seed) -> Switches:
        """Return switches in which those of an old world are as the server was started, and a new world has its own."""
        if old is new:
            return switches
        initial_switches = self._initial_settings[0]
        return replace(
            switches, **{name: getattr(initial_switches, name) for name in old.switches} | dict(new.switches)
        )

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
        return {**self.initial_seed.clients, **seed.clients}

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

    def _follow_seed(self, tenant: Tenant, seed: Seed) -> bool:
        """Let a tenant follow a newer version of its seed, with its switches; False if it has changes to keep."""
        switches = self.exchange_switches(tenant.switches, tenant.seed, seed)
        has_followed = tenant.follow(seed)
        if has_followed:
            tenant.switches = switches
        return has_followed

    def _places_of(self, name: str | None) -> Iterator[tuple[Seed, State]]:
        """Yield world and state of a tenant; for None, those of new tenants, then of all others. Creates no tenant."""
        tenant = self._tenants.get(name) if name else None
        yield (tenant.seed, tenant.state) if tenant else (self.seed, self.seed.state)
        if name is None:
            yield from ((other.seed, other.state) for other in list(self._tenants.values()))

    def _create_tenant(self, name: str) -> Tenant:
        return Tenant(name, self.seed, self.clock, self.switches, self.strictness, row_remover=self._row_remover)

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


def _leave_unprepared(_: Tenant) -> None:
    """Leave a new tenant as it is."""
