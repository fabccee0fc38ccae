"""Time as the simulated service tells it: UTC with milliseconds (C12), and as tests steer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

ClockMode = Literal["real", "frozen", "offset", "scaled"]

EARLIEST_TIME = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_TIME = datetime(9000, 1, 1, tzinfo=UTC)  # leaves room for what is reckoned from it: lifetimes, time zones


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
class ClockSetting:
    """How time goes: it was `shown` when the clock behind it was at `behind`, and runs `rate` times as fast."""

    mode: ClockMode
    shown_time: datetime
    base_time: datetime
    rate: float = 1.0


class AdjustableClock:
    """A clock that follows another one until it is frozen, shifted or scaled."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._setting: ClockSetting | None = None

    def now(self) -> datetime:
        """Return the present moment, with time zone UTC; it never leaves the years 1970 to 9000."""
        setting = self._setting
        if setting is None:
            return self._base.now()
        try:
            return _clamp(setting.shown_time + (self._base.now() - setting.base_time) * setting.rate)
        except OverflowError:
            return LATEST_TIME

    @property
    def mode(self) -> ClockMode:
        """How the clock goes now."""
        return self._setting.mode if self._setting else "real"

    @property
    def rate(self) -> float:
        """How many of its seconds pass in a second of the clock behind it."""
        return self._setting.rate if self._setting else 1.0

    def resume(self) -> None:
        """Go as the clock behind it again."""
        self._setting = None

    def freeze(self, at: datetime | None = None) -> None:
        """Stand still, at this moment or now."""
        self._set("frozen", at or self.now(), 0.0)

    def shift(self, seconds: float) -> None:
        """Go as the clock behind it, this far ahead of it or, if negative, behind it."""
        self._set("offset", _add_seconds(self._base.now(), seconds), 1.0)

    def scale(self, rate: float, at: datetime | None = None) -> None:
        """Go this many times as fast, from this moment or from now on."""
        self._set("scaled", at or self.now(), rate)

    def advance(self, seconds: float) -> None:
        """Jump ahead, and go on as before; a clock that was real is an offset one from then on."""
        mode: ClockMode = "offset" if self.mode == "real" else self.mode
        self._set(mode, _add_seconds(self.now(), seconds), self.rate)

    def _set(self, mode: ClockMode, shown_time: datetime, rate: float) -> None:
        self._setting = ClockSetting(mode, _clamp(shown_time), self._base.now(), rate)


def _add_seconds(time: datetime, seconds: float) -> datetime:
    try:
        return time + timedelta(seconds=seconds)
    except OverflowError:
        return LATEST_TIME if seconds > 0 else EARLIEST_TIME


def _clamp(time: datetime) -> datetime:
    return min(max(time, EARLIEST_TIME), LATEST_TIME)


def format_timestamp(time: datetime) -> str:
    """Write a moment as the service does: `2024-10-12T12:00:00.000Z`."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse_timestamp(text: str) -> datetime:
    """Read a time as the service writes it; ValueError if it is none."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
