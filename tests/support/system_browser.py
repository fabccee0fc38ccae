"""Finds the browser of the system."""

from __future__ import annotations

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = f"no browser: install Debian's package chromium, or anything that provides one of {', '.join(NAMES)}"


def find_browser() -> str | None:
    """Return the path of the browser, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)
