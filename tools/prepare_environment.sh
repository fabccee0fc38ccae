#!/bin/sh
# prepare_environment.sh serve|dev [PYTHON]: run prepare_environment.py with a Python that is new enough. By default that is
# python3, or else the newest python3.X on the PATH. If there is none, say so before anything is created; exit code 2.
kind=$1
shift
cd "$(dirname "$0")/.." || exit 2
.venv/bin/python tools/prepare_environment.py "$kind" --check 2>/dev/null && exit 0
[ $# -gt 0 ] || set -- python3 python3.14 python3.13 python3.12 python3.11
found=
for candidate in "$@"; do
    version=$("$candidate" -c 'import platform; print(platform.python_version())' 2>/dev/null) || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        exec "$candidate" tools/prepare_environment.py "$kind"
    fi
    found=${found:-"$candidate is Python $version."}
done
echo "emporix-mockserver needs Python 3.11 or newer. ${found:-$1 is not a Python.} If another one is installed," \
    "name it: make $kind PYTHON=/path/to/python3.12" >&2
exit 2
