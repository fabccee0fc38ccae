"""All rules of all tenants, in the order in which they were made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count
from threading import Lock

from ..contract.operations import Operation
from .fault import Fault
from .replies import Unsatisfiable

MAX_FAULTS = 1000


class FaultRegistry:
    """The rules; calls read them without a lock, since a change makes another tuple of them.

    is_timed: whether there is a rule that calls may have to wait for.
    has_barriers: whether one waits for calls.
    """

    def __init__(self) -> None:
        self.faults: tuple[Fault, ...] = ()
        self.has_timed_faults = self.has_barriers = False
        self._faults_by_operation: dict[str, tuple[Fault, ...]] = {}
        self._reset_counts: Counter[str | None] = Counter()
        self._sequence = count(1)
        self._lock = Lock()

    def new_fault_id(self) -> str:
        """Return an id that no rule has."""
        return next(id_ for number in self._sequence if self.get_fault(id_ := f"fault-{number}") is None)

    def get_fault(self, id_: str) -> Fault | None:
        """Return the rule with this id."""
        return next((fault for fault in self.faults if fault.id == id_), None)

    def add_fault(self, fault: Fault) -> None:
        """Put a rule behind the others; Impossible if its id is taken, or there are too many."""
        with self._lock:
            if self.get_fault(fault.id):
                raise Unsatisfiable(f"There is a fault {fault.id} already; delete it first.")
            if len(self.faults) >= MAX_FAULTS:
                raise Unsatisfiable(f"There are {MAX_FAULTS} faults already; delete some.")
            self._replace_faults((*self.faults, fault))

    def remove_faults(self, is_unwanted: Callable[[Fault], bool]) -> list[Fault]:
        """Remove the rules of which this holds and return them; calls that wait for one of them go on."""
        with self._lock:
            removed = [rule for rule in self.faults if is_unwanted(rule)]
            ids = {rule.id for rule in removed}
            self._replace_faults(tuple(rule for rule in self.faults if rule.id not in ids))
        for fault in removed:
            fault.release_calls()
        return removed

    def remove_tenant_faults(self, tenant: str | None) -> list[Fault]:
        """Remove the rules of one tenant, or all: those of no tenant too."""
        return self.remove_faults(lambda fault: tenant in (None, fault.matcher.tenant))

    def abandon_calls(self, tenant: str | None) -> None:
        """Remove the rules of one tenant, or all; its calls that any rule holds are not carried out any more."""
        self._reset_counts[tenant] += 1
        self.remove_tenant_faults(tenant)

    def count_resets(self, tenant: str | None) -> int:
        """Return how often the calls of a tenant were given up."""
        return self._reset_counts[None] + (self._reset_counts[tenant] if tenant else 0)

    def find_faults(self, operation: Operation) -> tuple[Fault, ...]:
        """Return the rules that can be for calls of this operation."""
        faults_by_operation = self._faults_by_operation  # a change puts another one in its place
        if operation.id not in faults_by_operation:
            faults_by_operation[operation.id] = tuple(fault for fault in self.faults if fault.can_apply_to(operation))
        return faults_by_operation[operation.id]

    def _replace_faults(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        self._faults_by_operation = {}
        self.has_timed_faults = any(fault.is_timed for fault in faults)
        self.has_barriers = any(rule.barrier for rule in faults)
