"""Snapshots of a tenant: its state under a name."""

from __future__ import annotations

from .state import State


class Snapshots:
    """States of a tenant by name, with their versions; they share most of their data, so they cost little."""

    MAX_SNAPSHOTS = 100

    def __init__(self) -> None:
        self._states: dict[str, tuple[State, int]] = {}

    @property
    def names(self) -> list[str]:
        """The names of the snapshots, in alphabetical order."""
        return sorted(self._states)

    def get(self, name: str) -> State | None:
        """Return the state that was saved under a name, or None."""
        return self._states[name][0] if name in self._states else None

    def version_of(self, name: str) -> int | None:
        """Return the version of the state that was saved under a name, or None."""
        return self._states[name][1] if name in self._states else None

    def save(self, name: str, state: State, version: int) -> bool:
        """Save a state under a name, which may exist; False if there are too many snapshots."""
        if name not in self._states and len(self._states) >= self.MAX_SNAPSHOTS:
            return False
        self._states[name] = state, version
        return True

    def delete(self, name: str) -> bool:
        """Delete a snapshot; False if the name is unknown."""
        return self._states.pop(name, None) is not None
