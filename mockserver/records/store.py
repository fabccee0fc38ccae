"""The records of all tenants, and the door through which each visit comes into them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from threading import Lock
from time import perf_counter_ns

from ..messages import Request, Response
from .coverage import Coverage
from .exchange import Exchange
from .findings import FindingCounts
from .journal import Journal
from .personas import Personas

NO_TENANT = ""  # under which visits are kept that name none
MAX_TENANT_RECORDS = 1000  # of tenants; the oldest goes first, and leaves its coverage to NO_TENANT
MAX_TOTAL_JOURNAL_BYTES = 128 * 1024 * 1024  # in the journals of all tenants
BYTES_BETWEEN_CHECKS = MAX_TOTAL_JOURNAL_BYTES // 16  # bytes that come in before all journals are looked at together


@dataclass(slots=True)
class TenantRecord:
    """What is kept for one tenant."""

    journal: Journal = field(default_factory=Journal)
    findings: FindingCounts = field(default_factory=FindingCounts)
    coverage: Coverage = field(default_factory=Coverage)
    personas: Personas = field(default_factory=Personas)

    def record_exchange(self, exchange: Exchange) -> None:
        """Keep a visit; the journal comes last, since it cuts the visit."""
        if exchange.findings:
            self.findings.count_findings(exchange)
        self.coverage.record_hits(exchange)
        self.personas.record_scopes(exchange)
        self.journal.append_exchange(exchange)

    def inherit_totals(self, other: TenantRecord) -> None:
        """Take over what is added up over all tenants."""
        self.coverage.add_hits(other.coverage.copy_hits())
        self.personas.add_personas(other.personas.copy_personas())


class RecordStore:
    """A record for each tenant that was ever called; or none, for an interface whose visits do not matter."""

    def __init__(self, *, is_recording: bool = True) -> None:
        self.is_recording = is_recording
        self._records = {NO_TENANT: TenantRecord()}
        self._records_lock = Lock()
        self._unchecked_bytes = 0  # since the journals were last looked at together
        self._dropped_count = 0  # visits of records that had to go
        self._sequence = count(1)

    def open_exchange(self, request: Request) -> Exchange:
        """Begin a visit; ids are UUIDs in form, and count."""
        at = datetime.now(UTC)
        return Exchange(
            f"00000000-0000-4000-8000-{next(self._sequence):012x}", request, at, started_ns=perf_counter_ns()
        )

    def close_exchange(self, exchange: Exchange, response: Response) -> None:
        """Keep a visit with its answer."""
        exchange.response = response
        exchange.microseconds = (perf_counter_ns() - exchange.started_ns) // 1000
        if self.is_recording:
            self.get_record(exchange.tenant).record_exchange(exchange)
            self._unchecked_bytes += exchange.size_bytes
            if self._unchecked_bytes > BYTES_BETWEEN_CHECKS:
                self._shrink_journals()

    def get_record(self, tenant: str | None) -> TenantRecord:
        """Return the record of a tenant, or of the visits that named none."""
        record = self._records.get(tenant or NO_TENANT)
        if record is None:
            with self._records_lock:
                record = self._records.setdefault(tenant or NO_TENANT, TenantRecord())
                while len(self._records) - 1 > MAX_TENANT_RECORDS:
                    oldest = next(name for name in self._records if name != NO_TENANT)
                    removed_record = self._records.pop(oldest)
                    self._records[NO_TENANT].inherit_totals(removed_record)
                    self._dropped_count += removed_record.journal.dropped_count + len(
                        removed_record.journal.list_exchanges()
                    )
        return record

    def list_records(self, tenant: str | None) -> list[TenantRecord]:
        """Return the record of this tenant, or all of them."""
        return [record for _, record in self.list_tenant_records(tenant)]

    def list_tenant_records(self, tenant: str | None) -> list[tuple[str, TenantRecord]]:
        """Return the record of this tenant, if it was ever called, or all of them, with the names of their tenants."""
        if not tenant:
            return list(self._records.items())
        return [(tenant, self._records[tenant])] if tenant in self._records else []

    def find_exchanges(self, tenant: str | None = None) -> list[Exchange]:
        """Return the visits that are left, of one tenant or of all, the oldest first."""
        exchanges = [visit for record in self.list_records(tenant) for visit in record.journal.list_exchanges()]
        return sorted(exchanges, key=lambda exchange: exchange.id) if tenant is None else exchanges

    def find_exchange(self, id_: str) -> Exchange | None:
        """Return the visit with this id; None if there is none, or none any more."""
        visits = (visit for record in self.list_records(None) for visit in record.journal.list_exchanges())
        return next((visit for visit in visits if visit.id == id_), None)

    def count_dropped(self, tenant: str | None = None) -> int:
        """Return how many visits had to go, of one tenant or of all, since the journals were cleared."""
        dropped_count = sum(record.journal.dropped_count for record in self.list_records(tenant))
        return dropped_count + (self._dropped_count if tenant is None else 0)

    def clear_journals(self, tenant: str | None = None) -> None:
        """Empty the journal of one tenant, or of all."""
        for record in self.list_records(tenant):
            record.journal.clear()
        if tenant is None:
            self._dropped_count = 0

    def drop_record(self, tenant: str) -> None:
        """Forget what is kept for a tenant."""
        with self._records_lock:
            self._records.pop(tenant, None)

    def _shrink_journals(self) -> None:
        """Cut the larger journals to equal parts if all of them together have grown too large."""
        with self._records_lock:
            journals = [record.journal for record in self._records.values()]
            self._unchecked_bytes = 0
            if sum(journal.size_bytes for journal in journals) > MAX_TOTAL_JOURNAL_BYTES:
                for journal in journals:
                    journal.shrink_to(MAX_TOTAL_JOURNAL_BYTES // len(journals))
