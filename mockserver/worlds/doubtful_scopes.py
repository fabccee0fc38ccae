"""Scopes of clients and tokens that are probably misspelt: no spec knows them, although it knows their service.

They are warnings, not mistakes: the vendor has more scopes than the specs, and a token may have no useful scope.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from ..domain.customer_scopes import CUSTOMER_SCOPES
from ..store.collection import Sections, Violation
from ..wording import shorten
from .mistakes import suggest_names
from .sections import CLIENTS, TOKENS

SERVICE_CUTOFF = 0.8  # how alike two names of services are, one of which is probably a slip


def find_doubtful_scopes(world: Sections, declared: Collection[str]) -> Iterator[Violation]:
    """Yield the unknown scopes of simulated services, with those that are known.

    declared: the scopes of the specs. Nothing is said of services that are not simulated.
    """
    known = CUSTOMER_SCOPES.union(declared)
    services = {_service_of(scope) for scope in declared}
    for section in (CLIENTS, TOKENS):
        for index, row in enumerate(world.get(section.name, ())):
            scopes = row["scopes"] if isinstance(row["scopes"], list) else []
            for number, scope in enumerate(scopes):
                service = "" if scope in known else _find_service(scope, services)
                if service:
                    own = sorted(other for other in known if _service_of(other) == service)
                    reason = f"no operation needs the scope {shorten(ascii(scope))}; {suggest_names(scope, own)}"
                    yield f"/{section.name}/{index}/scopes/{number}", reason


def _service_of(scope: str) -> str:
    return scope.partition(".")[0]


def _find_service(scope: str, services: Collection[str]) -> str:
    """Return the service that a scope seems to belong to; "" for another service."""
    service = _service_of(scope)
    near = [service] if service in services else get_close_matches(service[:100], services, n=1, cutoff=SERVICE_CUTOFF)
    return next(iter(near), "")
