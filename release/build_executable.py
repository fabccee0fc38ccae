"""Build the program for this platform, and pack it for people without Python: `python -m release.build_executable`.

The result is in dist/: the folder programs/PLATFORM, which the npm package contains, and emporix-mockserver-PLATFORM, a
single file that unpacks the folder at its first start (a zip file on Windows).
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

import mockserver

from .platforms import Target, find_own_target

HERE = Path(__file__).parent
ROOT = HERE.parent
PROGRAMS = "programs"  # the folder in dist/, with a folder for each platform


def run_step(*command: str | Path, where: Path) -> None:
    """Run a command in a folder; CalledProcessError if it fails. It does not see the packages of this process."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([str(part) for part in command], check=True, cwd=where, env=environment)


def build_program(target: Target, output: Path, wheel: Path | None) -> Path:
    """Install the wheel with its extra `tls` and PyInstaller into an empty environment, and build the program there.

    Return the folder of the program.

    wheel: the one of the release; built from the checkout if it is None.
    """
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        if wheel is None:
            run_step(sys.executable, "-m", "build", "--wheel", "--outdir", work, ROOT, where=work)
            (wheel,) = work.glob("*.whl")
        venv.create(work / "venv", with_pip=True, symlinks=os.name != "nt")
        python = work / "venv" / ("Scripts/python.exe" if target.os == "win32" else "bin/python")
        install = ("-m", "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt")
        run_step(python, *install, f"{wheel}[tls]", "pyinstaller", where=work)
        # Not in the checkout, whose package would be found before the installed one.
        run_step(
            python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", HERE / "mockserver.spec", where=work
        )
        program = output / PROGRAMS / target.name
        shutil.rmtree(program, ignore_errors=True)
        # npm packages have no symbolic links, so the linked files are copied.
        shutil.copytree(work / "dist" / "mockserver", program)
    return program


def pack_single_file(target: Target, program: Path, output: Path) -> Path:
    """Write the file that unpacks the program once and starts it."""
    content = pack_folder(program, digest_name := f"{mockserver.__version__}-{digest_folder(program)}")
    script = (HERE / "unpack.sh").read_text(encoding="utf-8")
    values = {
        "VERSION": mockserver.__version__,
        "PLATFORM": target.name,
        "NAME": digest_name,
        "LOADER": target.loader,
        "LINE": str(len(script.splitlines()) + 1),
    }
    for name, value in values.items():
        script = script.replace(f"@{name}@", value)
    path = output / f"emporix-mockserver-{target.name}"
    path.write_bytes(script.encode() + content)
    path.chmod(0o755)
    return path


def digest_folder(folder: Path) -> str:
    """Return a short digest of the names and contents of all files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def pack_folder(folder: Path, name: str) -> bytes:
    """Return a tar.gz of the folder under another name; the files belong to whoever unpacks them."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz", compresslevel=6) as archive:
        # A deep copy of an entry would copy the archive with it.
        archive.add(folder, name, filter=lambda entry: entry.replace(uid=0, gid=0, uname="", gname="", deep=False))
    return content.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheel", type=Path, help="Wheel to build from; default: the checkout.")
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    options = parser.parse_args()
    target = find_own_target()
    options.output.mkdir(parents=True, exist_ok=True)
    program = build_program(target, options.output, options.wheel and options.wheel.resolve())
    if target.os == "win32":
        shutil.make_archive(str(options.output / f"emporix-mockserver-{target.name}"), "zip", program)
    else:
        path = pack_single_file(target, program, options.output)
        print(f"{path}: {path.stat().st_size / 1e6:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
