"""The journal of a tenant, the limit of all journals together, and watches that wake those who wait for requests."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Condition, Lock, Thread, current_thread
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakSet

from .exchange import JournalEntry

if TYPE_CHECKING:
    from .store import RecordStore

MAX_ENTRIES = 1000  # of one journal
MAX_JOURNAL_BYTES = 16 * 1024 * 1024  # of one journal
MAX_TOTAL_JOURNAL_BYTES = 128 * 1024 * 1024  # of all journals together
ENTRIES_BETWEEN_STARTS = MAX_ENTRIES // 4  # of one journal; fewer if it has no room for so many
BYTES_BETWEEN_CHECKS = MAX_TOTAL_JOURNAL_BYTES // 16  # new entries between two checks of MAX_TOTAL_JOURNAL_BYTES


class Journal:
    """The latest entries of one tenant, in the order of their responses."""

    def __init__(self) -> None:
        self._entries: deque[JournalEntry] = deque()
        self._size_bytes = 0
        self._lock = Lock()
        self.dropped_count = 0  # entries dropped for lack of space
        self.new_count = 0  # entries since the last start that a script can begin with
        self.start_interval = ENTRIES_BETWEEN_STARTS

    def append_entry(self, entry: JournalEntry) -> None:
        """Add an entry; drop the oldest ones if there are too many."""
        with self._lock:
            self._entries.append(entry)
            self._size_bytes += entry.size_bytes
            self.new_count += 1
            if len(self._entries) > MAX_ENTRIES or self._size_bytes > MAX_JOURNAL_BYTES:
                self._trim(MAX_JOURNAL_BYTES)

    @property
    def size_bytes(self) -> int:
        """An estimate of the memory that the entries take."""
        return self._size_bytes

    @property
    def oldest_seconds(self) -> float:
        """When the oldest request arrived, in real seconds since 1970; 0 without entries."""
        with self._lock:
            return self._entries[0].arrived_seconds if self._entries else 0.0

    @property
    def mark(self) -> tuple[int, int, int]:
        """What differs after each change: the number of the latest entry, and how many there are and were dropped."""
        with self._lock:
            return self._entries[-1].number if self._entries else 0, len(self._entries), self.dropped_count

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
        if len(self._entries) < MAX_ENTRIES:  # large ones
            self.start_interval = max(1, min(ENTRIES_BETWEEN_STARTS, len(self._entries) // 4))


class JournalBudget:
    """Limits the memory of the journals in all record stores that share it."""

    def __init__(self) -> None:
        self._stores: WeakSet[RecordStore] = WeakSet()
        self._unchecked_bytes = 0  # new entries since the last check of MAX_TOTAL_JOURNAL_BYTES
        self._lock = Lock()

    def add_store(self, store: RecordStore) -> None:
        """Count the journals of another store too."""
        self._stores.add(store)

    def count_bytes(self, new_bytes: int) -> None:
        """Count the size of a new entry; shrink the larger journals to equal parts if all together are too large."""
        self._unchecked_bytes += new_bytes
        if self._unchecked_bytes > BYTES_BETWEEN_CHECKS:
            self._shrink_journals()

    def _shrink_journals(self) -> None:
        with self._lock:
            self._unchecked_bytes = 0
            journals = [record.journal for store in list(self._stores) for record in store.list_records(None)]
            if sum(journal.size_bytes for journal in journals) > MAX_TOTAL_JOURNAL_BYTES:
                for journal in journals:
                    journal.shrink_to(MAX_TOTAL_JOURNAL_BYTES // len(journals))


class JournalNews(NamedTuple):
    """What happened to the watched journals since the last look.

    entries: those that were added. is_rewritten: whether entries were removed, so that all should be read again.
    is_over: whether waiting is of no use any more.
    """

    entries: list[JournalEntry]
    is_rewritten: bool = False
    is_over: bool = False


class WaitingThread(Thread):
    """A thread that waits for requests. is_abandoned: whether nobody needs its result any more."""

    is_abandoned = False


class JournalWatch:
    """Wakes one waiting thread when something happens in the journal of a tenant, or in any for None."""

    def __init__(self, tenant: str | None) -> None:
        self.tenant = tenant
        self.thread = current_thread()
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
        """Note that the server stops, or that nobody needs the result any more."""
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
