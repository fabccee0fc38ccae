"""Run one target in libFuzzer, which ends the process: `python -m tests.fuzz.loop TARGET [OPTION...]`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["mockserver", "jsonpatch", "jsonpointer"]):
    from .targets import TARGETS


def main() -> None:
    """Fuzz one target with the options of libFuzzer."""
    name, *options = sys.argv[1:]
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
