"""Clocks that tests can freeze, shift and scale, and timestamps in UTC with milliseconds (C12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

ClockMode = Literal["real", "frozen", "offset", "scaled"]

EARLIEST_TIME = datetime(1970, 1, 1, tzinfo=UTC)
TWO_DIGITS = [f"{number:02}" for number in range(60)]
THREE_DIGITS = [f"{number:03}" for number in range(1000)]
LATEST_TIME = datetime(9000, 1, 1, tzinfo=UTC)  # leaves room to add lifetimes and time zones


class Clock(Protocol):
    """The source of every time in the simulated service."""

    def now(self) -> datetime:
        """Return the current time in UTC."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """How a clock runs: it showed `shown_time` when its base clock showed `base_time`; it runs `rate` times as fast."""

    mode: ClockMode
    shown_time: datetime
    base_time: datetime
    rate: float = 1.0


class AdjustableClock:
    """A clock that follows its base clock until it is frozen, shifted or scaled: while `setting` is not None."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self.setting: ClockSetting | None = None

    def now(self) -> datetime:
        """Return the current time in UTC, within the years 1970 to 9000."""
        setting = self.setting
        if setting is None:
            return self._base.now()
        try:
            return _clamp(setting.shown_time + (self._base.now() - setting.base_time) * setting.rate)
        except OverflowError:
            return LATEST_TIME

    @property
    def mode(self) -> ClockMode:
        """Whether the clock is real, frozen, offset or scaled."""
        return self.setting.mode if self.setting else "real"

    @property
    def rate(self) -> float:
        """How many of its seconds pass in one second of the base clock."""
        return self.setting.rate if self.setting else 1.0

    def set_mode(self, mode: ClockMode, *, time: datetime | None = None, seconds: float = 0, rate: float = 1) -> None:
        """Run as real time, stop or change the rate at a time (or now), or run with an offset in seconds."""
        match mode:
            case "frozen":
                self.freeze(time)
            case "offset":
                self.shift(seconds)
            case "scaled":
                self.scale(rate, time)
            case _:
                self.resume()

    def resume(self) -> None:
        """Follow the base clock again."""
        self.setting = None

    def freeze(self, start: datetime | None = None) -> None:
        """Stop at a time, or now."""
        self._set("frozen", start or self.now(), 0.0)

    def shift(self, seconds: float) -> None:
        """Run this many seconds ahead of the base clock, or late if negative."""
        self._set("offset", _add_seconds(self._base.now(), seconds), 1.0)

    def scale(self, rate: float, start: datetime | None = None) -> None:
        """Run `rate` times as fast as the base clock, starting at a time, or now."""
        self._set("scaled", start or self.now(), rate)

    def advance(self, seconds: float) -> None:
        """Jump ahead and keep the rate; a real clock becomes an offset one."""
        mode: ClockMode = "offset" if self.mode == "real" else self.mode
        self._set(mode, _add_seconds(self.now(), seconds), self.rate)

    def _set(self, mode: ClockMode, shown_time: datetime, rate: float) -> None:
        self.setting = ClockSetting(mode, _clamp(shown_time), self._base.now(), rate)


def _add_seconds(time: datetime, seconds: float) -> datetime:
    try:
        return time + timedelta(seconds=seconds)
    except OverflowError:
        return LATEST_TIME if seconds > 0 else EARLIEST_TIME


def _clamp(time: datetime) -> datetime:
    return min(max(time, EARLIEST_TIME), LATEST_TIME)


def format_timestamp(time: datetime) -> str:
    """Format a time as the service does: `2024-10-12T12:00:00.000Z`."""
    if time.tzinfo is not UTC:
        time = time.astimezone(UTC)
    date = f"{time.year:04}-{TWO_DIGITS[time.month]}-{TWO_DIGITS[time.day]}"
    minute = f"{TWO_DIGITS[time.hour]}:{TWO_DIGITS[time.minute]}"
    return f"{date}T{minute}:{TWO_DIGITS[time.second]}.{THREE_DIGITS[time.microsecond // 1000]}Z"


def normalize_timestamp(text: str) -> str:
    """Return a time in the form of `format_timestamp`; ValueError if it is invalid, or before the year 1 in UTC."""
    try:
        return format_timestamp(parse_timestamp(text))
    except OverflowError:
        raise ValueError(text) from None


def parse_timestamp(text: str) -> datetime:
    """Parse a time, UTC if it has no time zone; ValueError if it is invalid. `t` and `z` may be in lower case."""
    time = datetime.fromisoformat(f"{text[:-1]}Z" if text.endswith("z") else text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
