"""Files of our own that have the peculiarities of published ones."""

from __future__ import annotations

from pathlib import Path

FILES = Path(__file__).parent / "published_services"
WAREHOUSE, BADGE = FILES / "warehouse.yml", FILES / "badge.yml"
