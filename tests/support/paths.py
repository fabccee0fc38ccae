"""Folders that tests read files from."""

from __future__ import annotations

from pathlib import Path

import mockserver

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(mockserver.__file__).parent
TABLES = ROOT / "tests" / "tables"
PUBLISHED = ROOT / "tests" / "published"
