"""All rules of all tenants, in the order in which they were made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count
from threading import Lock

from ..contract.operations import Operation
from .replies import Impossible
from .rules import Rule

RULES_AT_MOST = 1000


class Registry:
    """The rules; calls read them without a lock, since a change makes another tuple of them.

    is_timed: whether there is a rule that calls may have to wait for.
    has_barriers: whether one waits for calls.
    """

    def __init__(self) -> None:
        self.rules: tuple[Rule, ...] = ()
        self.is_timed = self.has_barriers = False
        self._fitting: dict[str, tuple[Rule, ...]] = {}
        self._resets: Counter[str | None] = Counter()
        self._numbers = count(1)
        self._changing = Lock()

    def new_id(self) -> str:
        """Return an id that no rule has."""
        return next(id_ for number in self._numbers if self.get(id_ := f"fault-{number}") is None)

    def get(self, id_: str) -> Rule | None:
        """Return the rule with this id."""
        return next((rule for rule in self.rules if rule.id == id_), None)

    def add(self, rule: Rule) -> None:
        """Put a rule behind the others; Impossible if its id is taken, or there are too many."""
        with self._changing:
            if self.get(rule.id):
                raise Impossible(f"There is a fault {rule.id} already; delete it first.")
            if len(self.rules) >= RULES_AT_MOST:
                raise Impossible(f"There are {RULES_AT_MOST} faults already; delete some.")
            self._set((*self.rules, rule))

    def remove(self, unwanted: Callable[[Rule], bool]) -> list[Rule]:
        """Remove the rules of which this holds and return them; calls that wait for one of them go on."""
        with self._changing:
            gone = [rule for rule in self.rules if unwanted(rule)]
            ids = {rule.id for rule in gone}
            self._set(tuple(rule for rule in self.rules if rule.id not in ids))
        for rule in gone:
            rule.release()
        return gone

    def clear(self, tenant: str | None) -> list[Rule]:
        """Remove the rules of one tenant, or all: those of no tenant too."""
        return self.remove(lambda rule: tenant in (None, rule.match.tenant))

    def give_up(self, tenant: str | None) -> None:
        """Remove the rules of one tenant, or all; its calls that any rule holds are not carried out any more."""
        self._resets[tenant] += 1
        self.clear(tenant)

    def resets(self, tenant: str | None) -> int:
        """Return how often the calls of a tenant were given up."""
        return self._resets[None] + (self._resets[tenant] if tenant else 0)

    def fitting(self, operation: Operation) -> tuple[Rule, ...]:
        """Return the rules that can be for calls of this operation."""
        fitting = self._fitting  # a change puts another one in its place
        if operation.id not in fitting:
            fitting[operation.id] = tuple(rule for rule in self.rules if rule.fits(operation))
        return fitting[operation.id]

    def _set(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self._fitting = {}
        self.is_timed = any(rule.is_timed for rule in rules)
        self.has_barriers = any(rule.barrier for rule in rules)
