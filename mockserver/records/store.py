"""The record store: for each tenant a journal, findings and coverage, all bounded in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Condition, Lock
from time import perf_counter_ns, time
from typing import NamedTuple

from ..messages import Request, Response
from .coverage import Coverage
from .exchange import Exchange, JournalEntry
from .findings import FindingCounts
from .unanswered import UnansweredCounts, UnansweredLog

NO_TENANT = ""  # the key of the record for requests without a tenant
MAX_TENANT_RECORDS = 1000  # the oldest is dropped first, and its coverage is added to NO_TENANT
MAX_ENTRIES = 1000  # of one journal
MAX_JOURNAL_BYTES = 16 * 1024 * 1024  # of one journal
MAX_TOTAL_JOURNAL_BYTES = 128 * 1024 * 1024  # of all journals together
BYTES_BETWEEN_CHECKS = MAX_TOTAL_JOURNAL_BYTES // 16  # new entries between two checks of MAX_TOTAL_JOURNAL_BYTES


class Journal:
    """The latest entries of one tenant, in the order of their responses."""

    def __init__(self) -> None:
        self._entries: deque[JournalEntry] = deque()
        self._size_bytes = 0
        self._lock = Lock()
        self.dropped_count = 0  # entries dropped for lack of space

    def append_entry(self, entry: JournalEntry) -> None:
        """Add an entry; drop the oldest ones if there are too many."""
        with self._lock:
            self._entries.append(entry)
            self._size_bytes += entry.size_bytes
            self._trim(MAX_JOURNAL_BYTES)

    @property
    def size_bytes(self) -> int:
        """An estimate of the memory that the entries take."""
        return self._size_bytes

    def shrink_to(self, max_bytes: int) -> None:
        """Drop the oldest entries until the others fit into this many bytes."""
        with self._lock:
            self._trim(max_bytes)

    def list_entries(self) -> list[JournalEntry]:
        """Return all entries, the oldest first."""
        with self._lock:
            return list(self._entries)

    def remove_entries(self, is_unwanted: Callable[[JournalEntry], bool]) -> list[JournalEntry]:
        """Remove the entries that match, and return them."""
        with self._lock:
            removed_entries = [entry for entry in self._entries if is_unwanted(entry)]
            numbers = {entry.number for entry in removed_entries}
            self._entries = deque(entry for entry in self._entries if entry.number not in numbers)
            self._size_bytes -= sum(entry.size_bytes for entry in removed_entries)
            return removed_entries

    def clear(self) -> None:
        """Remove all entries, and reset the count of dropped ones."""
        with self._lock:
            self._entries.clear()
            self._size_bytes = self.dropped_count = 0

    def _trim(self, max_bytes: int) -> None:
        while len(self._entries) > MAX_ENTRIES or self._size_bytes > max_bytes:
            self._size_bytes -= self._entries.popleft().size_bytes
            self.dropped_count += 1


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


class JournalNews(NamedTuple):
    """What happened to the watched journals since the last look.

    entries: those that were added. is_rewritten: whether entries were removed, so that all should be read again.
    is_over: whether the server stops, so that nothing else will happen.
    """

    entries: list[JournalEntry]
    is_rewritten: bool = False
    is_over: bool = False


class JournalWatch:
    """Wakes one waiting thread when something happens in the journal of a tenant, or in any for None."""

    def __init__(self, tenant: str | None) -> None:
        self.tenant = tenant
        self._changed = Condition()
        self._news = JournalNews([])

    def report_entry(self, entry: JournalEntry) -> None:
        """Note a new entry."""
        if self.tenant in (None, entry.tenant):
            with self._changed:
                self._news.entries.append(entry)
                self._changed.notify()

    def report_removal(self, tenant: str | None) -> None:
        """Note that entries of a tenant were removed, or of all for None."""
        if self.tenant is None or tenant in (None, self.tenant):
            with self._changed:
                self._news = self._news._replace(is_rewritten=True)
                self._changed.notify()

    def end(self) -> None:
        """Note that the server stops."""
        with self._changed:
            self._news = self._news._replace(is_over=True)
            self._changed.notify()

    def wait_for_news(self, seconds: float) -> JournalNews:
        """Block until something happens, for so many seconds at most, and return it; nothing after the time."""
        with self._changed:
            if self._news == JournalNews([]):
                self._changed.wait(seconds)
            news, self._news = self._news, JournalNews([])
            return news


class RecordStore:
    """The records of all tenants that were called, or of none if `is_recording` is False."""

    def __init__(self, *, is_recording: bool = True) -> None:
        self.is_recording = is_recording
        self._records = {NO_TENANT: TenantRecord()}
        self._records_lock = Lock()
        self._unchecked_bytes = 0  # new entries since the last check of MAX_TOTAL_JOURNAL_BYTES
        self._dropped_count = 0  # entries of dropped records
        self._sequence = count(1)
        self._unanswered_log = UnansweredLog()
        self._watches: tuple[JournalWatch, ...] = ()  # a change replaces it

    def open_exchange(self, request: Request) -> Exchange:
        """Return a new exchange."""
        return Exchange(next(self._sequence), request, time(), started_ns=perf_counter_ns())

    def close_exchange(self, exchange: Exchange, response: Response) -> None:
        """Add the response to an exchange, and record it."""
        exchange.response = response
        exchange.microseconds = (perf_counter_ns() - exchange.started_ns) // 1000
        if self.is_recording:
            entry = self.get_record(exchange.tenant).record_exchange(exchange)
            if exchange.operation is None:
                self._unanswered_log.log_entry(entry)
            if self._watches:
                for watch in self._watches:
                    watch.report_entry(entry)
            self._unchecked_bytes += entry.size_bytes
            if self._unchecked_bytes > BYTES_BETWEEN_CHECKS:
                self._shrink_journals()

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
        try:
            yield watch
        finally:
            with self._records_lock:
                self._watches = tuple(other for other in self._watches if other is not watch)

    @property
    def watch_count(self) -> int:
        """How many threads watch a journal now."""
        return len(self._watches)

    def end_watches(self) -> None:
        """Wake all threads that watch a journal, because the server stops."""
        for watch in self._watches:
            watch.end()

    def drop_record(self, tenant: str) -> None:
        """Remove the record of a tenant."""
        with self._records_lock:
            self._records.pop(tenant, None)
        self._report_removal(tenant)

    def _report_removal(self, tenant: str | None) -> None:
        for watch in self._watches:
            watch.report_removal(tenant)

    def _drop_oldest_record(self) -> None:
        oldest = next(name for name in self._records if name != NO_TENANT)
        record = self._records.pop(oldest)
        self._records[NO_TENANT].coverage.merge(record.coverage)
        self._records[NO_TENANT].unanswered.merge(record.unanswered)
        self._dropped_count += record.journal.dropped_count + len(record.journal.list_entries())

    def _shrink_journals(self) -> None:
        """Shrink the larger journals to equal parts if all journals together have grown too large."""
        with self._records_lock:
            journals = [record.journal for record in self._records.values()]
            self._unchecked_bytes = 0
            if sum(journal.size_bytes for journal in journals) > MAX_TOTAL_JOURNAL_BYTES:
                for journal in journals:
                    journal.shrink_to(MAX_TOTAL_JOURNAL_BYTES // len(journals))
