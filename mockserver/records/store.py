"""The record store: for each tenant a journal, findings and coverage, all bounded in memory."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import merge
from itertools import count
from threading import Lock, Thread
from time import perf_counter_ns, time

from ..messages import Request, Response
from .coverage import Coverage
from .exchange import Exchange, JournalEntry
from .findings import FindingCounts
from .journal import Journal, JournalBudget, JournalWatch, WaitingThread
from .unanswered import UnansweredCounts, UnansweredLog

REQUEST_LOG = logging.getLogger("mockserver.requests")
NO_TENANT = ""  # the key of the record for requests without a tenant
MAX_TENANT_RECORDS = 1000  # the oldest is dropped first, and its coverage is added to NO_TENANT

JournalMark = tuple[tuple[int, int, int], ...]  # see `Journal.mark`
GrowthWatcher = Callable[[str, float], None]  # takes the tenant, and when the oldest request in its journal arrived


@dataclass(slots=True)
class TenantRecord:
    """What is recorded for one tenant."""

    journal: Journal = field(default_factory=Journal)
    findings: FindingCounts = field(default_factory=FindingCounts)
    coverage: Coverage = field(default_factory=Coverage)
    unanswered: UnansweredCounts = field(default_factory=UnansweredCounts)

    def record_exchange(self, exchange: Exchange) -> JournalEntry:
        """Record an exchange, and return its journal entry."""
        if exchange.findings:
            self.findings.count_findings(exchange)
        self.coverage.record_exchange(exchange)
        if exchange.operation is None:
            self.unanswered.count_entry(exchange)
        entry = exchange.become_entry()
        self.journal.append_entry(entry)
        return entry


class RecordStore:
    """The records of all tenants that were called, or of none if `is_recording` is False."""

    def __init__(self, budget: JournalBudget | None = None, *, is_recording: bool = True) -> None:
        """Start without records; stores that share a budget share the memory of their journals."""
        self.is_recording = is_recording
        self._budget = budget or JournalBudget()
        self._budget.add_store(self)
        self._records = {NO_TENANT: TenantRecord()}
        self._records_lock = Lock()
        self._dropped_count = 0  # entries of dropped records
        self._sequence = count(1)
        self._unanswered_log = UnansweredLog()
        self._watcher: GrowthWatcher | None = None
        self._watches: tuple[JournalWatch, ...] = ()  # a change replaces it

    def watch_growth(self, watcher: GrowthWatcher) -> None:
        """Call a function whenever a quarter of a tenant's journal is new."""
        self._watcher = watcher

    def open_exchange(self, request: Request) -> Exchange:
        """Return a new exchange."""
        return Exchange(next(self._sequence), request, time(), started_ns=perf_counter_ns())

    def close_exchange(self, exchange: Exchange, response: Response) -> None:
        """Add the response to an exchange, and record it."""
        exchange.response = response
        exchange.microseconds = (perf_counter_ns() - exchange.started_ns) // 1000
        if self.is_recording:
            record = self.get_record(exchange.tenant)
            entry = record.record_exchange(exchange)
            if record.journal.new_count >= record.journal.start_interval:
                self._report_growth(exchange.tenant, record.journal)
            if exchange.operation is None:
                self._unanswered_log.log_entry(entry)
            self._budget.count_bytes(entry.size_bytes)
            if self._watches:
                for watch in self._watches:
                    watch.report_entry(entry)

    def get_record(self, tenant: str | None) -> TenantRecord:
        """Return the record of a tenant, a new one if necessary; None is for requests without a tenant."""
        record = self._records.get(tenant or NO_TENANT)
        if record is None:
            with self._records_lock:
                record = self._records.setdefault(tenant or NO_TENANT, TenantRecord())
                while len(self._records) - 1 > MAX_TENANT_RECORDS:
                    self._drop_oldest_record()
        return record

    def list_records(self, tenant: str | None) -> list[TenantRecord]:
        """Return the record of this tenant, or all records for None."""
        return [record for _, record in self.list_tenant_records(tenant)]

    def list_tenant_records(self, tenant: str | None) -> list[tuple[str, TenantRecord]]:
        """Return tenant and record of this tenant, or of all for None; nothing for a tenant that was never called."""
        if not tenant:
            return list(self._records.items())
        return [(tenant, self._records[tenant])] if tenant in self._records else []

    def list_entries(self, tenant: str | None = None) -> list[JournalEntry]:
        """Return the journal entries of one tenant, or of all, the oldest first."""
        entries = [entry for record in self.list_records(tenant) for entry in record.journal.list_entries()]
        return sorted(entries, key=lambda entry: entry.number) if tenant is None else entries

    def iter_latest(self) -> Iterator[JournalEntry]:
        """Yield the journal entries of all tenants, the latest first."""
        journals = [reversed(record.journal.list_entries()) for record in self.list_records(None)]
        return merge(*journals, key=lambda entry: -entry.number)

    def mark_journals(self) -> JournalMark:
        """Return what differs after each change of a journal."""
        return tuple(record.journal.mark for record in self.list_records(None))

    def list_general_entries(self) -> list[JournalEntry]:
        """Return the journal entries of requests without a tenant in their path, the oldest first."""
        return self._records[NO_TENANT].journal.list_entries()

    def find_entry(self, id_: str) -> JournalEntry | None:
        """Return the journal entry with this id; None if it is unknown or was dropped."""
        entries = (entry for record in self.list_records(None) for entry in record.journal.list_entries())
        return next((entry for entry in entries if entry.id == id_), None)

    def count_dropped(self, tenant: str | None = None) -> int:
        """Return how many entries of one tenant, or of all, were dropped since the journals were last cleared."""
        dropped_count = sum(record.journal.dropped_count for record in self.list_records(tenant))
        return dropped_count + (self._dropped_count if tenant is None else 0)

    def clear_journals(self, tenant: str | None = None) -> None:
        """Clear the journal of one tenant, or of all."""
        for record in self.list_records(tenant):
            record.journal.clear()
        if tenant is None:
            self._dropped_count = 0
        self._report_removal(tenant)

    def remove_entries(
        self, is_unwanted: Callable[[JournalEntry], bool], tenant: str | None = None
    ) -> list[JournalEntry]:
        """Remove the entries that match from the journal of one tenant, or from all, and return them."""
        removed_entries = [
            entry for record in self.list_records(tenant) for entry in record.journal.remove_entries(is_unwanted)
        ]
        self._report_removal(tenant)
        return removed_entries

    @contextmanager
    def watch_journal(self, tenant: str | None) -> Iterator[JournalWatch]:
        """Yield a watch of the journal of one tenant, or of all."""
        watch = JournalWatch(tenant)
        with self._records_lock:
            self._watches += (watch,)
        if isinstance(watch.thread, WaitingThread) and watch.thread.is_abandoned:  # before there was a watch to end
            watch.end()
        try:
            yield watch
        finally:
            with self._records_lock:
                self._watches = tuple(other for other in self._watches if other is not watch)

    @property
    def watch_count(self) -> int:
        """How many threads watch a journal now."""
        return len(self._watches)

    def end_watches(self, thread: Thread | None = None) -> None:
        """Wake a thread that watches a journal, or all, because waiting is of no use any more."""
        for watch in self._watches:
            if thread in (None, watch.thread):
                watch.end()

    def drop_record(self, tenant: str) -> None:
        """Remove the record of a tenant."""
        with self._records_lock:
            self._records.pop(tenant, None)
        self._report_removal(tenant)

    def _report_removal(self, tenant: str | None) -> None:
        for watch in self._watches:
            watch.report_removal(tenant)

    def absorb_store(self, other: RecordStore) -> None:
        """Add what another store has counted, as if requests without a tenant had caused it; not its journals."""
        for record in other.list_records(None):
            self._absorb_record(record)
        self._dropped_count += other.count_dropped()

    def _report_growth(self, tenant: str | None, journal: Journal) -> None:
        journal.new_count = 0
        if self._watcher and tenant:
            self._watcher(tenant, journal.oldest_seconds)

    def _drop_oldest_record(self) -> None:
        oldest = next(name for name in self._records if name != NO_TENANT)
        record = self._records.pop(oldest)
        self._absorb_record(record)
        self._dropped_count += record.journal.dropped_count + len(record.journal.list_entries())

    def _absorb_record(self, record: TenantRecord) -> None:
        self._records[NO_TENANT].coverage.merge(record.coverage)
        self._records[NO_TENANT].unanswered.merge(record.unanswered)


class LoggedRecordStore(RecordStore):
    """A record store that also logs each exchange. The plain one, which is the default, does not even ask whether."""

    def close_exchange(self, exchange: Exchange, response: Response) -> None:
        """Record an exchange, and log it; `entry` of the log record is its journal entry."""
        super().close_exchange(exchange, response)
        REQUEST_LOG.info("%s %s", exchange.request.method, ascii(exchange.request.path), extra={"entry": exchange})
