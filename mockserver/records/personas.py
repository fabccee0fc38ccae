"""Least privilege: which scopes each caller of one tenant was granted, which it needed, and which it lacked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from .visit import Visit

PERSONAS_AT_MOST = 100
SCOPES_AT_MOST = 100  # of a persona


@dataclass(slots=True)
class Persona:
    """All callers of one name.

    granted: the scopes of its tokens.
    needed: scope and operation, for each scope that opened one.
    lacked: how often it was kept out of which operation.
    """

    granted: set[str] = field(default_factory=set)
    needed: set[tuple[str, str]] = field(default_factory=set)
    lacked: Counter[str] = field(default_factory=Counter)

    def add(self, other: Persona) -> None:
        """Take over what is known of another."""
        self.granted |= other.granted
        self.needed |= other.needed
        self.lacked += other.lacked


class Personas:
    """Personas by name; those that come when there are too many are left out."""

    def __init__(self) -> None:
        self._personas: dict[str, Persona] = {}
        self._lock = Lock()

    def seen(self, visit: Visit) -> None:
        """Note what a visit tells about its caller's scopes.

        A call that was let in and failed later needs its scope all the same: without it, it would fail otherwise.
        """
        principal, operation = visit.principal, visit.operation
        if operation is None or principal is None or not visit.is_authenticated:
            return
        if visit.injected or visit.status == 401:
            return
        with self._lock:
            persona = self._persona(principal.name)
            if persona is None:
                return
            if not principal.scopes <= persona.granted:
                persona.granted.update(sorted(principal.scopes)[: SCOPES_AT_MOST - len(persona.granted)])
            scope, is_forbidden = visit.scope, visit.status == 403
            if scope is None and is_forbidden:
                persona.lacked[operation.id] += 1
            elif scope is not None and not is_forbidden:
                persona.needed.add((scope, operation.id))

    def personas(self) -> Mapping[str, Persona]:
        """Return the personas as they are now."""
        with self._lock:
            return joined([self._personas])

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._personas.clear()

    def _persona(self, name: str) -> Persona | None:
        found = self._personas.get(name)
        if found is None and len(self._personas) < PERSONAS_AT_MOST:
            found = self._personas[name] = Persona()
        return found


def joined(several: Iterable[Mapping[str, Persona]]) -> dict[str, Persona]:
    """Unite the personas of several tenants by their names."""
    whole: dict[str, Persona] = {}
    for personas in several:
        for name, persona in personas.items():
            whole.setdefault(name, Persona()).add(persona)
    return whole
