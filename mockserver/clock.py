"""Time as the simulated service tells it: UTC with milliseconds (C12), and as tests steer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

Mode = Literal["real", "frozen", "offset", "scaled"]

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)  # leaves room for what is reckoned from it: lifetimes, time zones


class Clock(Protocol):
    """Where every time of the simulated service comes from."""

    def now(self) -> datetime:
        """Return the present moment, with time zone UTC."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, with time zone UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Course:
    """How time goes: it was `shown` when the clock behind it was at `behind`, and runs `rate` times as fast."""

    mode: Mode
    shown: datetime
    behind: datetime
    rate: float = 1.0


class SteeredClock:
    """A clock that follows another one until it is frozen, shifted or scaled."""

    def __init__(self, behind: Clock) -> None:
        self._behind = behind
        self._course: Course | None = None

    def now(self) -> datetime:
        """Return the present moment, with time zone UTC; it never leaves the years 1970 to 9000."""
        course = self._course
        if course is None:
            return self._behind.now()
        try:
            return _within(course.shown + (self._behind.now() - course.behind) * course.rate)
        except OverflowError:
            return LATEST

    @property
    def mode(self) -> Mode:
        """How the clock goes now."""
        return self._course.mode if self._course else "real"

    @property
    def rate(self) -> float:
        """How many of its seconds pass in a second of the clock behind it."""
        return self._course.rate if self._course else 1.0

    def follow(self) -> None:
        """Go as the clock behind it again."""
        self._course = None

    def freeze(self, at: datetime | None = None) -> None:
        """Stand still, at this moment or now."""
        self._set("frozen", at or self.now(), 0.0)

    def shift(self, seconds: float) -> None:
        """Go as the clock behind it, this far ahead of it or, if negative, behind it."""
        self._set("offset", _later(self._behind.now(), seconds), 1.0)

    def scale(self, rate: float, at: datetime | None = None) -> None:
        """Go this many times as fast, from this moment or from now on."""
        self._set("scaled", at or self.now(), rate)

    def advance(self, seconds: float) -> None:
        """Jump ahead, and go on as before; a clock that was real is an offset one from then on."""
        mode: Mode = "offset" if self.mode == "real" else self.mode
        self._set(mode, _later(self.now(), seconds), self.rate)

    def _set(self, mode: Mode, shown: datetime, rate: float) -> None:
        self._course = Course(mode, _within(shown), self._behind.now(), rate)


def _later(moment: datetime, seconds: float) -> datetime:
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return LATEST if seconds > 0 else EARLIEST


def _within(moment: datetime) -> datetime:
    return min(max(moment, EARLIEST), LATEST)


def timestamp(moment: datetime) -> str:
    """Write a moment as the service does: `2024-10-12T12:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def moment(text: str) -> datetime:
    """Read a time as the service writes it; ValueError if it is none."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
