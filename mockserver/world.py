"""All that reset acts on: the tenants' states, the tokens, the ids, and time (design: state is a value)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import TypeVar

from .access import Client, Principal, Tokens
from .clock import Clock, SteeredClock, SystemClock
from .settings import Behaviour, Contract
from .state import State

UNDONE_AT_MOST = 100  # changes of a tenant that can be taken back

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Seed:
    """What a world file gives: the state that every tenant starts from, and who may call."""

    name: str
    state: State
    clients: Mapping[str, Client] = field(default_factory=dict)
    tokens: Mapping[str, Principal] = field(default_factory=dict)


class Ids:
    """A source of generated ids: the same ones, in the same order, for the same name."""

    def __init__(self, name: str) -> None:
        self._random = Random(name)  # noqa: S311 - they shall be the same in every run, not secret

    def hex(self, digits: int) -> str:
        """Return the next id: this many lowercase hex digits."""
        return f"{self._random.getrandbits(digits * 4):0{digits}x}"


class Snapshots:
    """States of a tenant by name; they share most of what they hold, so they cost little."""

    AT_MOST = 100

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
        if name not in self._states and len(self._states) >= self.AT_MOST:
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

    def __init__(self, name: str, seed: Seed, clock: Clock, behaviour: Behaviour, contract: Contract) -> None:
        self.name = name
        self.clock = SteeredClock(clock)
        self.behaviour, self.contract = behaviour, contract
        self.ids = Ids(f"{seed.name}/{name}")
        self.seed = seed
        self.snapshots = Snapshots()
        self.version = 0
        self._state = seed.state
        self._before: deque[State] = deque(maxlen=UNDONE_AT_MOST)
        self._writing = Lock()

    @property
    def state(self) -> State:
        """The state as it is now; it never changes, later writes make another one."""
        return self._state

    def change(self, rule: Callable[[State], tuple[State, Result]]) -> Result:
        """Give the state to a rule and keep the one that it returns; if the rule raises, nothing has happened.

        The rule must have no other effect, so that a store that several workers share may run it again.
        """
        with self._writing:
            state, result = rule(self._state)
            self._keep(state)
            return result

    def reset(self, to: State | None = None) -> None:
        """Go back to the seed, or to another state, in O(1); generated ids begin anew."""
        with self._writing:
            self._keep(self.seed.state if to is None else to)
            self.ids = Ids(f"{self.seed.name}/{self.name}")

    def sow(self, seed: Seed) -> None:
        """Start from another seed, now and at every later reset."""
        self.seed = seed
        self.reset()

    def undo(self, steps: int) -> int:
        """Take back the last changes, of any kind; return how many there were to take back."""
        with self._writing:
            taken = 0
            while taken < steps and self._before:
                self._state = self._before.pop()
                taken += 1
            self.version += bool(taken)
            return taken

    def _keep(self, state: State) -> None:
        if state is not self._state:
            self._before.append(self._state)
            self._state = state
            self.version += 1


class World:
    """Every tenant, the tokens, the clock and the source of ids.

    home: the tenant to name where one must be named and none was asked for.
    """

    def __init__(
        self,
        seed: Seed,
        behaviour: Behaviour,
        home: str,
        clock: Clock | None,
        contract: Contract,
    ) -> None:
        self.seed = seed
        self.home = home
        self.behaviour, self.contract = self._started_with = behaviour, contract
        self.clock = SteeredClock(clock or SystemClock())
        self.tokens = Tokens(seed.tokens)
        self.ids = Ids(seed.name)
        self._tenants: dict[str, Tenant] = {}
        self._making = Lock()

    @property
    def names(self) -> list[str]:
        """The tenants that were ever named, in order."""
        return sorted(self._tenants)

    def tenant(self, name: str) -> Tenant:
        """Return this tenant; one that nobody has named before starts from the seed."""
        found = self._tenants.get(name)
        if found is None:
            with self._making:
                found = self._tenants.setdefault(name, self._new(name))
        return found

    def named(self, name: str | None) -> list[Tenant]:
        """Return this tenant, or all that were ever named."""
        return [self.tenant(each) for each in ([name] if name else self.names)]

    def drop(self, name: str) -> bool:
        """Forget a tenant with all that it has; False if nobody has named it."""
        with self._making:
            return self._tenants.pop(name, None) is not None

    def straighten(self, name: str | None = None) -> None:
        """Undo what tests bend beside the state of one tenant, or of all: clock, settings, revoked tokens.

        Tokens that were issued stay good.
        """
        if name is None:
            self.clock.follow()
            self.behaviour, self.contract = self._started_with
        for each in self.named(name):
            each.clock.follow()
            each.behaviour, each.contract = self.behaviour, self.contract
            self.tokens.pardon(each.name)

    def _new(self, name: str) -> Tenant:
        return Tenant(name, self.seed, self.clock, self.behaviour, self.contract)
