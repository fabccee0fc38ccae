"""Barriers: a call is held until another one is through, so that a race has one outcome."""

from __future__ import annotations

from threading import Event, Lock
from typing import Literal

from .matching import Match

At = Literal["before", "after"]


class Barrier:
    """Holds calls until one that matches has been answered; from then on it is open.

    It does not matter which call comes first: one that comes after the other is through is not held.

    at: whether calls wait before they are carried out, or after that with their answers.
    held, timed_out: how many calls wait now, and how many have gone on since nothing came.
    """

    def __init__(self, until: Match, at: At, timeout_seconds: float) -> None:
        self.until, self.at = until, at
        self.held = self.timed_out = 0
        self._timeout = timeout_seconds
        self._opened = Event()
        self._lock = Lock()

    def wait(self) -> None:
        """Hold the calling thread until the barrier opens, or its time is over."""
        self._count(held=1)
        in_time = self._opened.wait(self._timeout)
        self._count(held=-1, timed_out=int(not in_time))

    def open(self) -> None:
        """Let all calls go on that are held, and those to come."""
        self._opened.set()

    def _count(self, held: int, timed_out: int = 0) -> None:
        with self._lock:
            self.held += held
            self.timed_out += timed_out
