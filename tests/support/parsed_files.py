"""The shipped YAML files as JSON, which the server reads faster: `python -m tests.support.parsed_files` writes them."""

from __future__ import annotations

from pathlib import Path

import orjson

from mockserver.resources import PARSED, data_folder, digest_of
from mockserver.strict_yaml import load_yaml

YAML_FILES = sorted(path for name in ("spec", "fixtures") for path in data_folder(name).glob("*.yaml"))


def parsed_path(path: Path) -> Path:
    """Return the JSON file of a YAML file."""
    return path.parent / PARSED / f"{path.stem}.json"


def parsed_content(path: Path) -> bytes:
    """Return what the JSON file of a YAML file must contain."""
    content = path.read_bytes()
    return orjson.dumps({"digest": digest_of(content), "value": load_yaml(content.decode())}) + b"\n"


def main() -> None:
    """Write all of the JSON files."""
    for path in YAML_FILES:
        target = parsed_path(path)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(parsed_content(path))


if __name__ == "__main__":
    main()
