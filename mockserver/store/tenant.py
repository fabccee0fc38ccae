"""A tenant: its state, its history, and what can be restored; and the content of a world that tenants start from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple, Protocol, TypeVar

from ..access import OAuthClient, Principal
from ..settings import Strictness, Switches
from .clock import AdjustableClock, Clock, ClockSetting
from .history import PRESENT, History, ShownChange
from .ids import Ids
from .row_removal import RowRemover
from .snapshots import Snapshots
from .state import State

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


class CapturedTenant(NamedTuple):
    """A tenant as it was at one time, without its snapshots and its history; `restore_tenant` continues from it.

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


class NewTenants(NamedTuple):
    """What new tenants start from, and their settings."""

    seed: Seed
    switches: Switches
    strictness: Strictness


class TenantLimits(NamedTuple):
    """How many tenants a world keeps, and for how many seconds after their last use."""

    max_tenants: float = 1000
    idle_seconds: float = 24 * 60 * 60


DEFAULT_LIMITS = TenantLimits()
NO_LIMITS = TenantLimits(inf, inf)


class Tenant:
    """One tenant: its state can be read at any time, and is changed by one rule at a time.

    version: the number of changes; a rule that fails or changes nothing does not count.
    switches, strictness: settings that can change at run time.
    used_at: when a request last named it, by the monotonic clock.
    row_remover: removes rows with what depends on them.
    """

    def __init__(
        self,
        name: str,
        seed: Seed,
        clock: Clock,
        switches: Switches,
        strictness: Strictness,
        *,
        row_remover: RowRemover,
    ) -> None:
        self.name = name
        self.row_remover = row_remover
        self.clock = AdjustableClock(clock)
        self.switches, self.strictness = switches, strictness
        self.ids = Ids(f"{seed.name}/{name}")
        self.seed = seed
        self.snapshots = Snapshots()
        self.version = 0
        self.state = seed.state
        self.used_at = monotonic()
        self._history = History()
        self._kept: CapturedTenant | None = None  # instead of the tenant as it is
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
        """Return the tenant as a restart continues it: as it is now, or as it was before a scenario."""
        with self._write_lock:
            return self._kept or self._capture_present()

    def hold(self) -> None:
        """Let a restart continue the tenant as it is now, whatever changes until `release`; what is held stays."""
        with self._write_lock:
            self._kept = self._kept or self._capture_present()

    def release(self) -> None:
        """Let a restart continue the tenant as it will be."""
        with self._write_lock:
            self._kept = None

    def _capture_present(self) -> CapturedTenant:
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
