"""Warnings about what clients do again and again: logged the first time only."""

from __future__ import annotations

import logging

LOG = logging.getLogger("mockserver")


class FirstLog:
    """Logs a warning for the first occurrence of each kind."""

    def __init__(self, max_kinds: int) -> None:
        """Take the number of kinds after which nothing is logged any more."""
        self._logged: set[str] = set()
        self._max_kinds = max_kinds

    def warn_once(self, kind: str, message: str) -> None:
        """Log a warning unless one of its kind was logged before."""
        if kind not in self._logged and len(self._logged) < self._max_kinds:
            self._logged.add(kind)
            LOG.warning("%s", message)
