"""The records of all tenants, and the door through which each visit comes into them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from threading import Lock
from time import perf_counter_ns

from ..messages import Request, Response
from .coverage import Coverage
from .journal import Journal
from .personas import Personas
from .tally import FindingsTally
from .visit import Visit

NO_TENANT = ""  # under which visits are kept that name none
RECORDS_AT_MOST = 1000  # of tenants; the oldest goes first, and leaves its coverage to NO_TENANT
BYTES_AT_MOST = 128 * 1024 * 1024  # in the journals of all tenants
LOOKED_AFTER = BYTES_AT_MOST // 16  # bytes that come in before all journals are looked at together


@dataclass(slots=True)
class Record:
    """What is kept for one tenant."""

    journal: Journal = field(default_factory=Journal)
    findings: FindingsTally = field(default_factory=FindingsTally)
    coverage: Coverage = field(default_factory=Coverage)
    personas: Personas = field(default_factory=Personas)

    def keep(self, visit: Visit) -> None:
        """Keep a visit; the journal comes last, since it cuts the visit."""
        if visit.findings:
            self.findings.add(visit)
        self.coverage.seen(visit)
        self.personas.seen(visit)
        self.journal.keep(visit)

    def inherit(self, other: Record) -> None:
        """Take over what is added up over all tenants."""
        self.coverage.add(other.coverage.tallies())
        self.personas.add(other.personas.personas())


class Records:
    """A record for each tenant that was ever called; or none, for an interface whose visits do not matter."""

    def __init__(self, *, keeping: bool = True) -> None:
        self.keeping = keeping
        self._records = {NO_TENANT: Record()}
        self._making = Lock()
        self._new_bytes = 0  # since the journals were last looked at together
        self._dropped = 0  # visits of records that had to go
        self._numbers = count(1)

    def opened(self, request: Request) -> Visit:
        """Begin a visit; ids are UUIDs in form, and count."""
        at = datetime.now(UTC)
        return Visit(f"00000000-0000-4000-8000-{next(self._numbers):012x}", request, at, started_ns=perf_counter_ns())

    def closed(self, visit: Visit, answer: Response) -> None:
        """Keep a visit with its answer."""
        visit.answer = answer
        visit.microseconds = (perf_counter_ns() - visit.started_ns) // 1000
        if self.keeping:
            self.of(visit.tenant).keep(visit)
            self._new_bytes += visit.weight
            if self._new_bytes > LOOKED_AFTER:
                self._share()

    def of(self, tenant: str | None) -> Record:
        """Return the record of a tenant, or of the visits that named none."""
        found = self._records.get(tenant or NO_TENANT)
        if found is None:
            with self._making:
                found = self._records.setdefault(tenant or NO_TENANT, Record())
                while len(self._records) - 1 > RECORDS_AT_MOST:
                    oldest = next(name for name in self._records if name != NO_TENANT)
                    gone = self._records.pop(oldest)
                    self._records[NO_TENANT].inherit(gone)
                    self._dropped += gone.journal.dropped + len(gone.journal.visits())
        return found

    def named(self, tenant: str | None) -> list[Record]:
        """Return the record of this tenant, or all of them."""
        return [record for _, record in self.pairs(tenant)]

    def pairs(self, tenant: str | None) -> list[tuple[str, Record]]:
        """Return the record of this tenant, if it was ever called, or all of them, with the names of their tenants."""
        if not tenant:
            return list(self._records.items())
        return [(tenant, self._records[tenant])] if tenant in self._records else []

    def visits(self, tenant: str | None = None) -> list[Visit]:
        """Return the visits that are left, of one tenant or of all, the oldest first."""
        found = [visit for record in self.named(tenant) for visit in record.journal.visits()]
        return sorted(found, key=lambda visit: visit.id) if tenant is None else found

    def visit(self, id_: str) -> Visit | None:
        """Return the visit with this id; None if there is none, or none any more."""
        visits = (visit for record in self.named(None) for visit in record.journal.visits())
        return next((visit for visit in visits if visit.id == id_), None)

    def dropped(self, tenant: str | None = None) -> int:
        """Return how many visits had to go, of one tenant or of all, since the journals were cleared."""
        gone = sum(record.journal.dropped for record in self.named(tenant))
        return gone + (self._dropped if tenant is None else 0)

    def clear(self, tenant: str | None = None) -> None:
        """Empty the journal of one tenant, or of all."""
        for record in self.named(tenant):
            record.journal.clear()
        if tenant is None:
            self._dropped = 0

    def drop(self, tenant: str) -> None:
        """Forget what is kept for a tenant."""
        with self._making:
            self._records.pop(tenant, None)

    def _share(self) -> None:
        """Cut the larger journals to equal parts if all of them together have grown too large."""
        with self._making:
            journals = [record.journal for record in self._records.values()]
            self._new_bytes = 0
            if sum(journal.size for journal in journals) > BYTES_AT_MOST:
                for journal in journals:
                    journal.cut_to(BYTES_AT_MOST // len(journals))
