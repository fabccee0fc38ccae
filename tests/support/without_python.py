"""A file system that has no Python: a few tools, their libraries, and nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

TOOLS = ("sh", "gzip", "id", "mkdir", "mktemp", "mv", "rm", "tail", "tar")
HOME = "/home/somebody"


def make_root(folder: Path) -> None:
    """Copy the tools and their libraries into a folder to which the root can be changed."""
    for name in TOOLS:
        copy_program(Path(find_tool(name)), folder)
    for needed in ("tmp", "dev", HOME[1:]):
        (folder / needed).mkdir(parents=True, exist_ok=True)
    assert not list(folder.rglob("*python*"))


def copy_program(path: Path, folder: Path) -> None:
    """Copy a program to bin/ of a folder, and its libraries to where it looks for them."""
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    shutil.copy(path, folder / "bin" / path.name)
    listing = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
    for library in re.findall(r"(/\S+) \(0x", listing):
        target = folder / library[1:]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, target)


def copy_system_libraries(folder: Path, names: tuple[str, ...]) -> None:
    """Copy libraries that the tools do not need, but that every Linux system with glibc has."""
    for name in names:
        (source,) = {path.resolve() for path in Path("/").glob(f"lib*/*-linux-gnu/{name}")}
        (target,) = {path.parent for path in folder.rglob("libc.so.6")}
        shutil.copy(source, target / name)


def changed_root_command(folder: Path, *command: str, **variables: str) -> list[str]:
    """Return a command that runs another below a folder, with these variables and no others."""
    settings = [f"{name}={value}" for name, value in {"HOME": HOME, "PATH": "/bin", **variables}.items()]
    return [find_tool("env"), "-i", *settings, find_tool("chroot"), str(folder), *command]


def find_tool(name: str) -> str:
    path = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    assert path, name
    return path


def can_change_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
