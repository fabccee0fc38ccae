"""The specs, worlds and docs that are shipped with the package."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

PARSED = "parsed"  # the folder with the JSON of the YAML files in the folder above it


def data_folder(name: str) -> Path:
    """Return the path of `spec`, `fixtures` or `docs`: in the installed package, or in the root of a checkout."""
    package = Path(__file__).parent
    installed = package / "data" / name
    return installed if installed.is_dir() else package.parent / name


def load_parsed(path: Path, content: bytes) -> Any:
    """Return the value of a shipped YAML file without parsing it; None if the file is not shipped, or was changed.

    Its value is in a JSON file, with the digest of the YAML file; `make parsed` writes it.
    content: that of the YAML file.
    """
    if path.parent not in (data_folder("spec"), data_folder("fixtures")):
        return None
    try:
        parsed = orjson.loads((path.parent / PARSED / f"{path.stem}.json").read_bytes())
        return parsed["value"] if parsed["digest"] == digest_of(content) else None
    except (OSError, ValueError, KeyError, TypeError):  # damaged
        return None


def digest_of(content: bytes) -> str:
    """Return the digest by which a changed file is recognized."""
    return blake2b(content, digest_size=16).hexdigest()
