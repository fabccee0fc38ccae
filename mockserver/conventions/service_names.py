"""Names of published services: the vendor's own, or those of their files."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from ..contract.published_services import find_published_path
from .published_file import PublishedFile
from .repairs import base_path

GENERAL_NAMES = frozenset(
    {"api", "openapi", "swagger", "spec", "service"}
)  # of files that say nothing about the service
DESCRIPTION_FOLDERS = ("api-reference", "reference", "spec", "specs", "openapi")
ADDED = "published"  # ends the name of what a file adds to a service that is built in


def name_service(file: PublishedFile, taken: set[str]) -> str:
    """Return the name of a service: that in the overlay, the vendor's, or that of the file or its folder."""
    name = file.overlay.service or _find_vendor_name(file) or _name_by_path(file.path)
    candidates = (name, f"{name}-{ADDED}", *(f"{name}-{ADDED}-{number}" for number in range(2, 1000)))
    return next(candidate for candidate in candidates if candidate not in taken)


def _find_vendor_name(file: PublishedFile) -> str:
    """Return the name under which the vendor's service is known; "" if most operations are of no known service."""
    prefix = base_path(file.root)
    found = [
        find_published_path(method.upper(), prefix + path)
        for path, item in file.root["paths"].items()
        for method in (item if isinstance(item, dict) else ())
    ]
    names = Counter(known.service.name for known in found if known is not None and known.is_known)
    name, count = next(iter(names.most_common(1)), ("", 0))
    return name if 2 * count > len(found) else ""


def _name_by_path(path: Path) -> str:
    parts = [path.stem, *(folder.name for folder in path.parents)]
    named = (part for part in parts if part not in GENERAL_NAMES and not part.endswith(DESCRIPTION_FOLDERS))
    return re.sub("[^a-z0-9]+", "-", next(named, "service").lower()).strip("-") or "service"
