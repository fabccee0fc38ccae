"""Check that a tag is `v` and the version of the package: `python -m release.check_tag TAG`."""

from __future__ import annotations

import sys

import mockserver


def check_tag(tag: str) -> None:
    """Do nothing if the tag is right; SystemExit otherwise."""
    if tag != f"v{mockserver.__version__}":
        raise SystemExit(
            f"The tag {tag} does not belong to version {mockserver.__version__}; it must be v and the version."
        )


if __name__ == "__main__":
    check_tag(*sys.argv[1:])
