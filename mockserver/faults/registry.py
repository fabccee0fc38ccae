"""The registry of all injected faults, in order of creation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import count
from threading import Lock

from ..contract.operations import Operation
from ..records.store import NO_TENANT
from .fault import Fault
from .replies import Unsatisfiable

MAX_FAULTS = 1000


class FaultRegistry:
    """The faults of all tenants; calls read them without a lock, since a change replaces the tuple.

    is_idle: whether there are no faults, and no scenario that watches calls.
    has_timed_faults: whether a fault can make calls wait, or a scenario may add one that can.
    has_followers: whether something may happen once a call is complete: a barrier opens, or a scenario goes on.
    """

    def __init__(self, on_change: Callable[[], object] = lambda: None) -> None:
        """Start without faults; `on_change` is called after each change of them."""
        self._on_change = on_change
        self.faults: tuple[Fault, ...] = ()
        self.is_idle = True
        self.has_timed_faults = self.has_followers = False
        self._is_watched = self._may_wait = False  # by scenarios
        self._faults_by_operation: dict[tuple[str, str | None], tuple[Fault, ...]] = {}
        self._tenants: frozenset[str | None] = frozenset()  # that faults name
        self._reset_counts: Counter[str | None] = Counter()
        self._sequence = count(1)
        self._lock = Lock()

    def can_hold_calls(self) -> bool:
        """Whether the next call may have to wait: unlike `has_timed_faults`, this leaves out faults that are spent."""
        return self._may_wait or any(fault.is_timed and not fault.is_spent for fault in self.faults)

    def new_fault_id(self) -> str:
        """Return an unused id."""
        return next(id_ for number in self._sequence if self.get_fault(id_ := f"fault-{number}") is None)

    def get_fault(self, id_: str) -> Fault | None:
        """Return the fault with this id; None if there is no such fault."""
        return next((fault for fault in self.faults if fault.id == id_), None)

    def add_fault(self, fault: Fault) -> None:
        """Add a fault after the others; Unsatisfiable if its id exists, or there are too many.

        Stubs come last, and among those of the same priority the latest is first.
        """
        with self._lock:
            if self.get_fault(fault.id):
                raise Unsatisfiable(f"The fault {fault.id} exists already; delete it first.")
            faults = _insert_fault(self.faults, fault)
            _check_number(faults)
            self._replace_faults(faults)

    def exchange_fault(self, old: Fault, new: Fault) -> None:
        """Replace a fault, in its place if the priority is the same; calls that the old one holds continue."""
        with self._lock:
            self._replace_faults(_exchange_fault(self.faults, old, new))
        old.release_calls()

    def import_faults(self, new_faults: Iterable[Fault], is_unwanted: Callable[[Fault], bool]) -> None:
        """Remove faults, then add or replace others by their ids, as one change; Unsatisfiable for too many."""
        with self._lock:
            faults = tuple(fault for fault in self.faults if not is_unwanted(fault))
            for new in new_faults:
                old = next((fault for fault in faults if fault.id == new.id), None)
                faults = _exchange_fault(faults, old, new) if old else _insert_fault(faults, new)
            _check_number(faults)
            replaced_faults = set(self.faults) - set(faults)
            self._replace_faults(faults)
        for fault in replaced_faults:
            fault.release_calls()

    def add_scenario_faults(self, faults: Iterable[Fault]) -> None:
        """Add the faults of a scenario after the others; they replace those with the same ids."""
        with self._lock:
            faults = tuple(faults)
            ids = {fault.id for fault in faults}
            self._replace_faults((*(fault for fault in self.faults if fault.id not in ids), *faults))

    def watch_calls(self, *, is_watched: bool, may_wait: bool) -> None:
        """Say whether a scenario watches calls, and whether it may add faults that make them wait."""
        with self._lock:
            self._is_watched, self._may_wait = is_watched, may_wait
            self._replace_faults(self.faults)

    def remove_faults(self, is_unwanted: Callable[[Fault], bool]) -> list[Fault]:
        """Remove the faults that match, and return them; calls that they hold continue."""
        with self._lock:
            removed_faults = [fault for fault in self.faults if is_unwanted(fault)]
            ids = {fault.id for fault in removed_faults}
            self._replace_faults(tuple(fault for fault in self.faults if fault.id not in ids))
        for fault in removed_faults:
            fault.release_calls()
        return removed_faults

    def remove_tenant_faults(self, tenant: str | None) -> list[Fault]:
        """Remove the faults of one tenant, or all for None, including those without a tenant."""
        return self.remove_faults(lambda fault: tenant in (None, fault.matcher.tenant))

    def abandon_calls(self, tenant: str | None) -> None:
        """Remove the faults of one tenant, or all, and cancel its held calls: they are not executed any more."""
        self._reset_counts[tenant] += 1
        self.remove_tenant_faults(tenant)

    def count_resets(self, tenant: str | None) -> int:
        """Return how often held calls of a tenant were cancelled."""
        return self._reset_counts[None] + (self._reset_counts[tenant] if tenant else 0)

    def find_faults(self, operation: Operation, tenant: str | None) -> tuple[Fault, ...]:
        """Return the faults that can apply to calls of this operation for a tenant; None for calls without one."""
        faults_by_operation = self._faults_by_operation  # a change replaces it
        place = tenant or NO_TENANT
        key = operation.id, place if place in self._tenants else None
        if key not in faults_by_operation:
            faults_by_operation[key] = tuple(
                fault
                for fault in self.faults
                if fault.matcher.tenant in (None, key[1]) and fault.can_apply_to(operation)
            )
        return faults_by_operation[key]

    def _replace_faults(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        self._tenants = frozenset(fault.matcher.tenant for fault in faults)
        self._faults_by_operation = {}
        self.has_timed_faults = self._may_wait or any(fault.is_timed for fault in faults)
        self.has_followers = self._is_watched or any(fault.barrier for fault in faults)
        self.is_idle = not (faults or self._is_watched)
        self._on_change()


def _check_number(faults: tuple[Fault, ...]) -> None:
    if sum(not fault.scenario for fault in faults) > MAX_FAULTS:
        raise Unsatisfiable(f"There can be {MAX_FAULTS} faults; delete some.")


def _exchange_fault(faults: tuple[Fault, ...], old: Fault, new: Fault) -> tuple[Fault, ...]:
    if old.priority == new.priority:
        return tuple(new if fault is old else fault for fault in faults)
    return _insert_fault(tuple(fault for fault in faults if fault is not old), new)


def _insert_fault(faults: tuple[Fault, ...], fault: Fault) -> tuple[Fault, ...]:
    before = [other for other in faults if _precedes(other, fault)]
    return (*before, fault, *faults[len(before) :])


def _precedes(other: Fault, fault: Fault) -> bool:
    """Whether a fault that exists comes before a new one."""
    if other.priority is None or fault.priority is None:
        return other.priority is None
    return other.priority < fault.priority
