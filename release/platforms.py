"""The platforms that executables and npm packages are built for, under the names that Node.js gives them."""

from __future__ import annotations

import platform
import sys
from typing import NamedTuple


class Target(NamedTuple):
    """A platform: the values of `os` and `cpu` in its npm package, and the loader that its C library must have."""

    os: str
    cpu: str
    loader: str = ""

    @property
    def name(self) -> str:
        """The platform in file names and in the names of npm packages."""
        return f"{self.os}-{self.cpu}"

    @property
    def command(self) -> str:
        """The file name of the program."""
        return "mockserver.exe" if self.os == "win32" else "mockserver"


TARGETS = {
    target.name: target
    for target in (
        Target("linux", "x64", loader="/lib64/ld-linux-x86-64.so.2"),
        Target("linux", "arm64", loader="/lib/ld-linux-aarch64.so.1"),
        Target("darwin", "arm64"),
        Target("win32", "x64"),
    )
}
CPUS = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def find_own_target() -> Target:
    """Return the platform of this machine; SystemExit if nothing is built for it."""
    name = f"{sys.platform}-{CPUS.get(platform.machine().lower(), platform.machine())}"
    if name not in TARGETS:
        raise SystemExit(f"There is no executable for {name}; there are {', '.join(TARGETS)}.")
    return TARGETS[name]
