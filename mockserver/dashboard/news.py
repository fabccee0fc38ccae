"""What is new: tells open pages at most once a second that calls have arrived, and how many of them failed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from threading import Lock
from time import monotonic
from weakref import WeakSet

import orjson

from ..errors import ClientError
from ..records.store import JournalMark, RecordStore
from ..simulations.simulation_registry import SimulationRegistry

SECONDS_BETWEEN_LOOKS = 0.9  # less than the second between two events, so that each event gets a new look
SILENT_EVENTS = 15  # after which a comment keeps the connection alive, and shows whether the client is there
MAX_STREAMS = 100  # at the same time
RETRY_MILLISECONDS = 2000  # after which a browser connects again


class TooManyStreams(ClientError):
    """More pages want events than the server keeps connections for."""

    status = 503
    reason = "Service Unavailable"
    message = f"{MAX_STREAMS} pages listen already; this one asks now and then."


@dataclass(slots=True)
class Look:
    """What a look at the records of a world found.

    number: of the look; it counts up when something is new. failures: how many calls failed since the first look.
    last_calls: the number of the latest call, by world.
    """

    number: int
    mark: tuple[JournalMark, ...]
    last_calls: dict[str, int]
    failures: int
    seconds: float

    def describe(self) -> dict[str, int]:
        """Return what a page must know."""
        return {"look": self.number, "failures": self.failures}


class NewsFeed:
    """Looks at the records of each world when a page asks, at most once a second for all pages together.

    The road of a request knows nothing of it.
    """

    def __init__(self, simulations: SimulationRegistry) -> None:
        self._simulations = simulations
        self._looks: dict[str | None, Look] = {}
        self._lock = Lock()
        self._streams: WeakSet[NewsStream] = WeakSet()

    def look(self, world: str | None) -> Look:
        """Return the latest look at a world; at all worlds for None."""
        stores = self._find_records(world)
        with self._lock:
            known, now = self._looks.get(world), monotonic()
            if known and now - known.seconds < SECONDS_BETWEEN_LOOKS:
                return known
            mark = tuple(records.mark_journals() for records in stores.values())
            if known and known.mark == mark:
                known.seconds = now
                return known
            counted = {
                name: _count_failures(records, known.last_calls.get(name, 0) if known else 0)
                for name, records in stores.items()
            }
            last_calls = {name: last for name, (last, _) in counted.items()}
            new_failures = sum(failures for _, failures in counted.values()) if known else 0
            number, failures = (known.number, known.failures) if known else (0, 0)
            look = Look(number + 1, mark, last_calls, failures + new_failures, now)
            self._looks[world] = look
            return look

    def open_stream(self, world: str | None) -> NewsStream:
        """Return a stream of what is new in a world; TooManyStreams."""
        if len(self._streams) >= MAX_STREAMS:
            raise TooManyStreams
        stream = NewsStream(self, world)
        self._streams.add(stream)
        return stream

    @property
    def stream_count(self) -> int:
        """How many streams are open; one whose connection has closed is not."""
        return len(self._streams)

    def _find_records(self, world: str | None) -> dict[str, RecordStore]:
        """Return the records of a world, none if it is gone, since looking must not bring it back; of all for None."""
        simulations = self._simulations.list_all() if world is None else self._simulations.list_named()
        return {each.name: each.records for each in simulations if world in (None, each.name)}


class NewsStream:
    """The events for one page. It holds no queue: an event says that there is something new, not what."""

    def __init__(self, feed: NewsFeed, world: str | None) -> None:
        self._feed, self._world = feed, world
        self._last_number = 0
        self._silent_events = 0

    def next_event(self) -> bytes:
        """Return an event if something is new since the last one; now and then a comment instead."""
        look = self._feed.look(self._world)
        if look.number != self._last_number:
            self._last_number, self._silent_events = look.number, 0
            return b"retry: %d\nevent: news\ndata: %b\n\n" % (RETRY_MILLISECONDS, orjson.dumps(look.describe()))
        self._silent_events += 1
        if self._silent_events < SILENT_EVENTS:
            return b""
        self._silent_events = 0
        return b": still here\n\n"


def _count_failures(records: RecordStore, since: int) -> tuple[int, int]:
    """Return the number of the latest call, and how many calls after `since` have a status from 400."""
    new = list(takewhile(lambda entry: entry.number > since, records.iter_latest()))
    last = max((entry.number for entry in new), default=since)
    return last, sum(entry.status >= 400 for entry in new)
