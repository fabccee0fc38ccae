"""Least privilege: which scopes each caller of one tenant was granted, which it needed, and which it lacked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from .visit import Visit

PERSONAS_AT_MOST = 100
OTHERS = "(other callers)"  # stands for all beyond PERSONAS_AT_MOST
SCOPES_AT_MOST = 100  # of a persona


@dataclass(slots=True)
class Persona:
    """All callers of one name.

    granted: the scopes of its tokens.
    needed: scope and operation, for each scope that opened one.
    lacked: how often it was kept out of which operation, for want of one of these scopes.
    is_customer: whether it is one, whose scopes come with the login and cannot be fewer.
    """

    granted: set[str] = field(default_factory=set)
    needed: set[tuple[str, str]] = field(default_factory=set)
    lacked: Counter[tuple[str, tuple[str, ...]]] = field(default_factory=Counter)
    is_customer: bool = False

    @property
    def spare(self) -> set[str]:
        """The scopes that could be taken away: granted and never needed."""
        return set() if self.is_customer else self.granted - {scope for scope, _ in self.needed}

    def grant(self, scopes: Collection[str]) -> None:
        """Note scopes of a token, as long as there is room."""
        if not self.granted.issuperset(scopes):
            self.granted.update(sorted(scopes)[: SCOPES_AT_MOST - len(self.granted)])

    def add(self, other: Persona) -> None:
        """Take over what is known of another."""
        self.grant(other.granted)
        self.needed |= other.needed
        self.lacked += other.lacked
        self.is_customer |= other.is_customer


class Personas:
    """Personas by name; those that come when there are too many are one together."""

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
            persona.grant(principal.scopes)
            persona.is_customer |= principal.customer_id is not None
            scope = visit.scope
            if visit.missing:
                persona.lacked[operation.id, visit.missing] += 1
            elif scope is not None and visit.status != 403:
                persona.needed.add((scope, operation.id))

    def add(self, personas: Mapping[str, Persona]) -> None:
        """Add what is known from elsewhere."""
        with self._lock:
            for name, persona in personas.items():
                self._persona(name).add(persona)

    def personas(self) -> Mapping[str, Persona]:
        """Return the personas as they are now."""
        with self._lock:
            return joined([self._personas])

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._personas.clear()

    def _persona(self, name: str) -> Persona:
        found = self._personas.get(name)
        if found is not None:
            return found
        return self._personas.setdefault(name if len(self._personas) < PERSONAS_AT_MOST else OTHERS, Persona())


def joined(several: Iterable[Mapping[str, Persona]]) -> dict[str, Persona]:
    """Unite the personas of several tenants by their names."""
    whole: dict[str, Persona] = {}
    for personas in several:
        for name, persona in personas.items():
            whole.setdefault(name, Persona()).add(persona)
    return whole
