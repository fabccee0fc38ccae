"""Expectations about the journal, and waiting until one holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

from ...practices.regexes import Deadline
from ...records.exchange import JournalEntry
from ...records.journal import JournalNews
from ...records.store import RecordStore
from .patterns.request_patterns import RequestPattern


class Expectation(Protocol):
    """What is expected of a journal: it takes entries, and says whether the expectation is met."""

    def add_entries(self, entries: Iterable[JournalEntry]) -> None:
        """Take more entries into account; BadRequest if that takes too long."""

    def start_over(self) -> None:
        """Forget all entries."""

    def judge(self, *, is_last: bool) -> bool | None:
        """Return whether the expectation holds; None if that is still open, which it never is at last."""


@dataclass(slots=True)
class CountExpectation:
    """A number of requests that match a pattern: at least a minimum and, if there is a maximum, at most that.

    matched: the requests so far, by number. With a minimum of 0, only the end of the time shows that none came.
    """

    pattern: RequestPattern
    minimum: int
    maximum: int | None = None
    matched: dict[int, JournalEntry] = field(default_factory=dict)

    def add_entries(self, entries: Iterable[JournalEntry]) -> None:
        """Add those that match."""
        deadline = Deadline()
        self.matched |= {entry.number: entry for entry in entries if self.pattern.matches_entry(entry, deadline)}

    def start_over(self) -> None:
        """Forget all entries."""
        self.matched = {}

    def judge(self, *, is_last: bool) -> bool | None:
        """Return whether the number is right; too many are wrong for good."""
        count = len(self.matched)
        if self.maximum is not None and count > self.maximum:
            return False
        if count >= self.minimum and (self.minimum or is_last):
            return True
        return False if is_last else None


@dataclass(slots=True)
class OrderedExpectation:
    """Requests that match patterns in this order of arrival; others may come between them.

    found: the requests that match the first patterns.
    """

    patterns: Sequence[RequestPattern]
    found: list[JournalEntry] = field(default_factory=list)
    _entries: dict[int, JournalEntry] = field(default_factory=dict)
    _results: dict[tuple[int, int], bool] = field(default_factory=dict)  # by position of the pattern and number

    def add_entries(self, entries: Iterable[JournalEntry]) -> None:
        """Find the patterns from the start, since the journal is in the order of the responses."""
        self._entries |= {entry.number: entry for entry in entries}
        deadline = Deadline()
        self.found = []
        for number in sorted(self._entries):
            if len(self.found) == len(self.patterns):
                return
            if self._matches(len(self.found), self._entries[number], deadline):
                self.found.append(self._entries[number])

    def start_over(self) -> None:
        """Forget all entries."""
        self.found, self._entries, self._results = [], {}, {}

    def judge(self, *, is_last: bool) -> bool | None:
        """Return whether all patterns were found."""
        is_complete = len(self.found) == len(self.patterns)
        return is_complete if is_complete or is_last else None

    def list_early_requests(self) -> list[JournalEntry]:
        """Return the requests that match the first missing pattern, but came too early for it."""
        position, deadline = len(self.found), Deadline()
        entries = [self._entries[number] for number in sorted(self._entries) if self._entries[number] not in self.found]
        return [entry for entry in entries if self._matches(position, entry, deadline)]

    def _matches(self, position: int, entry: JournalEntry, deadline: Deadline) -> bool:
        key = position, entry.number
        if key not in self._results:
            self._results[key] = self.patterns[position].matches_entry(entry, deadline)
        return self._results[key]


def await_expectation(records: RecordStore, tenant: str | None, expectation: Expectation, seconds: float) -> bool:
    """Return whether an expectation holds, as soon as that is certain, or after so many seconds.

    If the journal is cleared meanwhile, only what comes later counts. The end of the server ends the wait.
    """
    ends_at = monotonic() + seconds
    with records.watch_journal(tenant) as watch:
        expectation.add_entries(records.list_entries(tenant))
        verdict = expectation.judge(is_last=False)
        while verdict is None:
            seconds_left = ends_at - monotonic()
            news = watch.wait_for_news(max(0.0, seconds_left))
            _take_news(records, tenant, expectation, news)
            verdict = expectation.judge(is_last=news.is_over or seconds_left <= 0)
    return verdict


def _take_news(records: RecordStore, tenant: str | None, expectation: Expectation, news: JournalNews) -> None:
    if news.is_rewritten:
        expectation.start_over()
        expectation.add_entries(records.list_entries(tenant))
    elif news.entries:
        expectation.add_entries(news.entries)
