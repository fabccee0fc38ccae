"""Least privilege: which scopes each caller of one tenant was granted, which it needed, and which it lacked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from .exchange import Exchange

MAX_PERSONAS = 100
OTHER_CALLERS = "(other callers)"  # stands for all beyond PERSONAS_AT_MOST
MAX_SCOPES_PER_PERSONA = 100  # of a persona


@dataclass(slots=True)
class Persona:
    """All callers of one name.

    granted: the scopes of its tokens.
    needed: scope and operation, for each scope that opened one.
    lacked: how often it was kept out of which operation, for want of one of these scopes.
    is_customer: whether it is one, whose scopes come with the login and cannot be fewer.
    """

    granted_scopes: set[str] = field(default_factory=set)
    needed_scopes: set[tuple[str, str]] = field(default_factory=set)
    denials: Counter[tuple[str, tuple[str, ...]]] = field(default_factory=Counter)
    is_customer: bool = False

    @property
    def unused_scopes(self) -> set[str]:
        """The scopes that could be taken away: granted and never needed."""
        return set() if self.is_customer else self.granted_scopes - {scope for scope, _ in self.needed_scopes}

    def add_granted_scopes(self, scopes: Collection[str]) -> None:
        """Note scopes of a token, as long as there is room."""
        if not self.granted_scopes.issuperset(scopes):
            self.granted_scopes.update(sorted(scopes)[: MAX_SCOPES_PER_PERSONA - len(self.granted_scopes)])

    def merge(self, other: Persona) -> None:
        """Take over what is known of another."""
        self.add_granted_scopes(other.granted_scopes)
        self.needed_scopes |= other.needed_scopes
        self.denials += other.denials
        self.is_customer |= other.is_customer


class Personas:
    """Personas by name; those that come when there are too many are one together."""

    def __init__(self) -> None:
        self._personas: dict[str, Persona] = {}
        self._lock = Lock()

    def record_scopes(self, exchange: Exchange) -> None:
        """Note what a visit tells about its caller's scopes.

        A call that was let in and failed later needs its scope all the same: without it, it would fail otherwise.
        """
        principal, operation = exchange.principal, exchange.operation
        if operation is None or principal is None or not exchange.is_authenticated:
            return
        if exchange.is_injected or exchange.status == 401:
            return
        with self._lock:
            persona = self._find_or_add(principal.name)
            persona.add_granted_scopes(principal.scopes)
            persona.is_customer |= principal.customer_id is not None
            scope = exchange.used_scope
            if exchange.missing_scopes:
                persona.denials[operation.id, exchange.missing_scopes] += 1
            elif scope is not None and exchange.status != 403:
                persona.needed_scopes.add((scope, operation.id))

    def add_personas(self, personas: Mapping[str, Persona]) -> None:
        """Add what is known from elsewhere."""
        with self._lock:
            for name, persona in personas.items():
                self._find_or_add(name).merge(persona)

    def copy_personas(self) -> Mapping[str, Persona]:
        """Return the personas as they are now."""
        with self._lock:
            return merge_personas([self._personas])

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._personas.clear()

    def _find_or_add(self, name: str) -> Persona:
        persona = self._personas.get(name)
        if persona is not None:
            return persona
        return self._personas.setdefault(name if len(self._personas) < MAX_PERSONAS else OTHER_CALLERS, Persona())


def merge_personas(personas_of_tenants: Iterable[Mapping[str, Persona]]) -> dict[str, Persona]:
    """Unite the personas of several tenants by their names."""
    total: dict[str, Persona] = {}
    for personas in personas_of_tenants:
        for name, persona in personas.items():
            total.setdefault(name, Persona()).merge(persona)
    return total
