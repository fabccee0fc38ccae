"""All that reset acts on: the tenants' states, the tokens, the ids, and time (design: state is a value)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import TypeVar

from ..access import OAuthClient, Principal, TokenStore
from ..settings import Strictness, Switches
from .clock import AdjustableClock, Clock, SystemClock
from .state import State

MAX_UNDO_STEPS = 100  # changes of a tenant that can be taken back

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Seed:
    """What a world file gives: the state that every tenant starts from, and who may call."""

    name: str
    state: State
    clients: Mapping[str, OAuthClient] = field(default_factory=dict)
    tokens: Mapping[str, Principal] = field(default_factory=dict)


class Ids:
    """A source of generated ids: the same ones, in the same order, for the same name."""

    def __init__(self, name: str) -> None:
        self._random = Random(name)  # noqa: S311 - they shall be the same in every run, not secret

    def next_hex(self, digits: int) -> str:
        """Return the next id: this many lowercase hex digits."""
        return f"{self._random.getrandbits(digits * 4):0{digits}x}"


class Snapshots:
    """States of a tenant by name; they share most of what they hold, so they cost little."""

    MAX_SNAPSHOTS = 100

    def __init__(self) -> None:
        self._states: dict[str, State] = {}

    @property
    def names(self) -> list[str]:
        """The names that were given, in order."""
        return sorted(self._states)

    def get(self, name: str) -> State | None:
        """Return the state that was saved under this name."""
        return self._states.get(name)

    def save(self, name: str, state: State) -> bool:
        """Keep a state under a name, new or not; False if there are too many."""
        if name not in self._states and len(self._states) >= self.MAX_SNAPSHOTS:
            return False
        self._states[name] = state
        return True

    def delete(self, name: str) -> bool:
        """Forget a name; False if there is no such one."""
        return self._states.pop(name, None) is not None


class Tenant:
    """One tenant: a state that can be read at any time and is changed by one rule at a time.

    version: how many changes there have been; a failed or an idle rule is none.
    behaviour, contract: the switches, and what to do about a client's findings; they can be turned at run time.
    """

    def __init__(self, name: str, seed: Seed, clock: Clock, switches: Switches, strictness: Strictness) -> None:
        self.name = name
        self.clock = AdjustableClock(clock)
        self.switches, self.strictness = switches, strictness
        self.ids = Ids(f"{seed.name}/{name}")
        self.seed = seed
        self.snapshots = Snapshots()
        self.version = 0
        self._state = seed.state
        self._history: deque[State] = deque(maxlen=MAX_UNDO_STEPS)
        self._write_lock = Lock()

    @property
    def state(self) -> State:
        """The state as it is now; it never changes, later writes make another one."""
        return self._state

    def change(self, rule: Callable[[State], tuple[State, Result]]) -> Result:
        """Give the state to a rule and keep the one that it returns; if the rule raises, nothing has happened.

        The rule must have no other effect, so that a store that several workers share may run it again.
        """
        with self._write_lock:
            state, result = rule(self._state)
            self._replace_state(state)
            return result

    def reset(self, target: State | None = None) -> None:
        """Go back to the seed, or to another state, in O(1); generated ids begin anew."""
        with self._write_lock:
            self._replace_state(self.seed.state if target is None else target)
            self.ids = Ids(f"{self.seed.name}/{self.name}")

    def reseed(self, seed: Seed) -> None:
        """Start from another seed, now and at every later reset."""
        self.seed = seed
        self.reset()

    def undo(self, steps: int) -> int:
        """Take back the last changes, of any kind; return how many there were to take back."""
        with self._write_lock:
            undone = 0
            while undone < steps and self._history:
                self._state = self._history.pop()
                undone += 1
            self.version += bool(undone)
            return undone

    def _replace_state(self, state: State) -> None:
        if state is not self._state:
            self._history.append(self._state)
            self._state = state
            self.version += 1


class World:
    """Every tenant, the tokens, the clock and the source of ids.

    home: the tenant to name where one must be named and none was asked for.
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
        self.default_tenant = default_tenant
        self.switches, self.strictness = self._initial_settings = switches, strictness
        self.clock = AdjustableClock(clock or SystemClock())
        self.tokens = TokenStore(seed.tokens)
        self.ids = Ids(seed.name)
        self._tenants: dict[str, Tenant] = {}
        self._tenants_lock = Lock()

    @property
    def tenant_names(self) -> list[str]:
        """The tenants that were ever named, in order."""
        return sorted(self._tenants)

    def tenant(self, name: str) -> Tenant:
        """Return this tenant; one that nobody has named before starts from the seed."""
        tenant = self._tenants.get(name)
        if tenant is None:
            with self._tenants_lock:
                tenant = self._tenants.setdefault(name, self._create_tenant(name))
        return tenant

    def tenants(self, name: str | None) -> list[Tenant]:
        """Return this tenant, or all that were ever named."""
        return [self.tenant(each) for each in ([name] if name else self.tenant_names)]

    def drop_tenant(self, name: str) -> bool:
        """Forget a tenant with all that it has; False if nobody has named it."""
        with self._tenants_lock:
            return self._tenants.pop(name, None) is not None

    def reset_overrides(self, name: str | None = None) -> None:
        """Undo what tests bend beside the state of one tenant, or of all: clock, settings, revoked tokens.

        Tokens that were issued stay good.
        """
        if name is None:
            self.clock.resume()
            self.switches, self.strictness = self._initial_settings
        for each in self.tenants(name):
            each.clock.resume()
            each.switches, each.strictness = self.switches, self.strictness
            self.tokens.forget_revocations(each.name)

    def _create_tenant(self, name: str) -> Tenant:
        return Tenant(name, self.seed, self.clock, self.switches, self.strictness)
