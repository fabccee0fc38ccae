"""Barriers: a call is held until another one is through, so that a race has one outcome."""

from __future__ import annotations

from threading import Event, Lock
from typing import Literal

from .matching import CallMatcher

CallPhase = Literal["before", "after"]


class Barrier:
    """Holds calls until one that matches has been answered; from then on it is open.

    It does not matter which call comes first: one that comes after the other is through is not held.

    at: whether calls wait before they are carried out, or after that with their answers.
    held, timed_out: how many calls wait now, and how many have gone on since nothing came.
    """

    def __init__(self, opener: CallMatcher, phase: CallPhase, timeout_seconds: float) -> None:
        self.opener, self.phase = opener, phase
        self.held_count = self.timed_out_count = 0
        self._timeout_seconds = timeout_seconds
        self._opened = Event()
        self._lock = Lock()

    def wait_until_open(self) -> None:
        """Hold the calling thread until the barrier opens, or its time is over."""
        self._adjust_counts(held=1)
        is_open = self._opened.wait(self._timeout_seconds)
        self._adjust_counts(held=-1, timed_out=int(not is_open))

    def open(self) -> None:
        """Let all calls go on that are held, and those to come."""
        self._opened.set()

    def _adjust_counts(self, held: int, timed_out: int = 0) -> None:
        with self._lock:
            self.held_count += held
            self.timed_out_count += timed_out
