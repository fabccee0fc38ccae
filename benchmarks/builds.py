"""Names of the interpreters that ran a benchmark. How Python was built changes the figures by about a fifth.

`python benchmarks/builds.py` prints the name of the interpreter that runs it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path


def name_build(version: str, variables: Mapping[str, object], *, is_debian_package: bool = False) -> str:
    """Return the version of CPython, and whether it has profile-guided (PGO) and link-time optimization (LTO).

    `variables` are those of sysconfig: the options of configure, and of the compiler. They do not tell for Debian's
    packages: Debian builds with both, and removes the options.
    """
    options = f"{variables.get('CONFIG_ARGS') or ''} {variables.get('PY_CFLAGS_NODIST') or ''}"
    if is_debian_package:
        return f"CPython {version} with PGO and LTO (Debian's package)"
    has_pgo = re.search(r"--enable-optimizations|-fprofile-(instr-)?use", options)
    has_lto = re.search(r"--with-lto(?!=no)|-flto", options)
    return f"CPython {version} {'with' if has_pgo else 'without'} PGO, {'with' if has_lto else 'without'} LTO"


def name_python(python: str | Path = sys.executable) -> str:
    """Return the name of a Python's build."""
    return _read_output(str(python), __file__)


def name_node() -> str:
    return f"Node {_read_output('node', '--version').removeprefix('v')}"


def name_java() -> str:
    return f"Java {_read_output('java', '--version').split()[1]}"


def npm_version(peers: Path, package: str) -> str:
    """Return the version of an npm package that is installed in this folder."""
    return str(json.loads((peers / "node_modules" / package / "package.json").read_text())["version"])


def _read_output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    is_debian_package = sys.base_prefix == "/usr" and Path("/etc/debian_version").exists()
    print(name_build(sys.version.split()[0], sysconfig.get_config_vars(), is_debian_package=is_debian_package))
