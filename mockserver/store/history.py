"""The latest changes of a tenant: what each one replaced and which call made it; undo goes back through them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from threading import local
from typing import NamedTuple

from .state import State

MAX_UNDO_STEPS = 100  # changes of a tenant that are kept and can be undone


class Cause(NamedTuple):
    """What makes changes: a call, a scenario, or the file of the world.

    seconds: real time since 1970. number: of the call in the journal, which has no calls of the control plane.
    method, path: of the call, as sent, without the query; "" if no call made the change.
    operation: its operationId, or the end of a sentence with what else happened. persona: name of the caller's token.
    test: the header `X-Mock-Test`.
    """

    seconds: float
    number: int = 0
    method: str = ""
    path: str = ""
    operation: str = ""
    persona: str | None = None
    test: str | None = None


CauseFields = tuple[float, int, str, str, str, str | None, str | None]  # a plain tuple takes a third of the time


class CauseHolder(local):
    """The fields of the cause of the changes that this thread makes, until its next call; None before the first one."""

    fields: CauseFields | None = None


PRESENT = CauseHolder()
Change = tuple[int, State, CauseFields | None]  # the version that it led to, the state that it replaced, its cause


class ShownChange(NamedTuple):
    """A change with the states before and after it."""

    version: int
    before: State
    after: State
    cause: Cause | None


class UnknownVersion(LookupError):
    """A version that undo cannot return to; `versions` are those that it can, in ascending order."""

    def __init__(self, version: int, versions: list[int]) -> None:
        super().__init__(version)
        self.version, self.versions = version, versions


class History:
    """The latest changes of one tenant. Its owner holds a lock while it uses them.

    undoable: those that were not undone. The owner appends each change to both, without a call, which takes time.
    """

    def __init__(self) -> None:
        self.changes: deque[Change] = deque(maxlen=MAX_UNDO_STEPS)
        self.undoable: deque[Change] = deque(maxlen=MAX_UNDO_STEPS)

    def append_undo(self, version: int, before: State) -> None:
        """Add a change that cannot be undone itself."""
        self.changes.append((version, before, PRESENT.fields))

    def pop_state(self) -> State | None:
        """Return the state before the last change that can be undone, and forget that change; None without any."""
        return self.undoable.pop()[1] if self.undoable else None

    def find_state(self, version: int, present: State, present_version: int) -> State:
        """Return the state that undo to a version restores; UnknownVersion."""
        states = {number - 1: before for number, before, _ in self.changes} | {present_version: present}
        reachable = {id(before) for _, before, _ in self.undoable} | {id(present)}
        versions = sorted(number for number, state in states.items() if id(state) in reachable)
        if version not in versions:
            raise UnknownVersion(version, versions)
        return states[version]

    def show_changes(self, present: State) -> Iterator[ShownChange]:
        """Yield all changes, the earliest first."""
        states = [*(before for _, before, _ in self.changes), present]
        for (version, before, fields), after in zip(self.changes, states[1:], strict=True):
            yield ShownChange(version, before, after, Cause(*fields) if fields else None)
