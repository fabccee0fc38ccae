"""All that reset acts on: the tenants' states, the tokens, the ids, and time (design: state is a value)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import TypeVar

from .access import Client, Principal, Tokens
from .clock import Clock, SystemClock
from .settings import Behaviour
from .state import State

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


class Tenant:
    """One tenant: a state that can be read at any time and is changed by one rule at a time."""

    def __init__(self, name: str, seed: Seed, clock: Clock, behaviour: Behaviour) -> None:
        self.name = name
        self.clock = clock
        self.behaviour = behaviour
        self.ids = Ids(f"{seed.name}/{name}")
        self._seed = seed
        self._state = seed.state
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
            self._state, result = rule(self._state)
            return result

    def reset(self) -> None:
        """Go back to the seed, in O(1); generated ids begin anew."""
        with self._writing:
            self._state = self._seed.state
            self.ids = Ids(f"{self._seed.name}/{self.name}")


class World:
    """Every tenant, the tokens, the clock and the source of ids.

    home: the tenant to name where one must be named and none was asked for.
    """

    def __init__(self, seed: Seed, behaviour: Behaviour, home: str = "acme", clock: Clock | None = None) -> None:
        self.seed = seed
        self.home = home
        self.behaviour = behaviour
        self.clock: Clock = clock or SystemClock()
        self.tokens = Tokens(seed.tokens)
        self._tenants: dict[str, Tenant] = {}
        self._making = Lock()
        self.ids = Ids(seed.name)

    def tenant(self, name: str) -> Tenant:
        """Return this tenant; one that nobody has named before starts from the seed."""
        found = self._tenants.get(name)
        if found is None:
            with self._making:
                found = self._tenants.setdefault(name, self._new(name))
        return found

    def reset(self, name: str | None = None) -> list[str]:
        """Take one tenant, or all that were ever named, back to the seed; return their names. Tokens stay good."""
        named = sorted(self._tenants) if name is None else [name]
        for each in named:
            self.tenant(each).reset()
        return named

    def _new(self, name: str) -> Tenant:
        return Tenant(name, self.seed, self.clock, self.behaviour)
