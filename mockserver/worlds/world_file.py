"""The file of the world that the server started with: read again when it has changed, by a call or by watching it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from threading import Event, RLock
from time import time
from typing import Any, NamedTuple

from ..store.history import PRESENT, Cause
from ..store.tenant import Seed
from ..store.world import Followers, World
from .loading import WorldLibrary
from .mistakes import WorldError
from .sections import MIXIN_SCHEMAS

LOG = logging.getLogger("mockserver")
SECONDS_BETWEEN_CHECKS = 1.0
MAX_ATTEMPTS = 3  # to read files that change meanwhile
MAX_LOGGED_TENANTS = 20

Signature = tuple[
    tuple[int, int, int] | None, ...
]  # time of change, size and inode of each file; None if it is missing


class Reload(NamedTuple):
    """Whether the content of a file has changed, and which tenants follow."""

    has_changed: bool
    followers: Followers


UNCHANGED = Reload(False, Followers((), ()))


class Reading(NamedTuple):
    """What the files have: a world, mistakes, or None if nothing is new; `is_whole` unless they changed meanwhile."""

    digest: bytes
    outcome: Seed | WorldError | None
    is_whole: bool


class WorldFile:
    """The file of a world, with the files of its mixin schemas.

    path: also when it is a symbolic link, whose target may change.
    """

    def __init__(self, worlds: WorldLibrary, world: World, path: Path) -> None:
        self.path = path
        self._worlds, self._world = worlds, world
        self._lock = RLock()  # a call and the watching thread may both read the files
        self._files = _list_files(path)
        self._digest = _digest(self._files)
        self._known = self._last_seen = _sign(self._files)

    def reload(self) -> Reload:
        """Read the file, and give its world to new tenants and to those without changes of their own.

        WorldError if the file has mistakes; nothing changes then. The log has either.
        """
        with self._lock:
            reading = self._read()
            for _ in range(MAX_ATTEMPTS - 1):
                if reading.is_whole:
                    break
                reading = self._read()
            return self._apply(reading)

    def check(self) -> None:
        """Reload files that have changed since they were read, and not since the last check; log what happened.

        So a file that is being written is not read, and one that is missing for a moment is waited for.
        """
        with self._lock:
            signature = _sign(self._files)
            is_settled, self._last_seen = signature == self._last_seen, signature
            if signature == self._known or not is_settled:
                return
            reading = self._read()
            if not reading.is_whole:
                self._known = signature  # so that the next checks see a change
                return
            PRESENT.fields = Cause(time(), operation="because the world file changed")
            with suppress(WorldError):  # it is in the log
                self._apply(reading)

    def watch(self, stopped: Event, seconds: float = SECONDS_BETWEEN_CHECKS) -> None:
        """Check the files again and again until the event is set."""
        while not stopped.wait(seconds):
            try:
                self.check()
            except Exception:
                LOG.exception("watching %s", self.path)

    def _read(self) -> Reading:
        """Read the files as they are now."""
        self._files = _list_files(self.path, self._files)
        self._known = self._last_seen = _sign(self._files)
        digest = _digest(self._files)
        outcome: Seed | WorldError | None = None
        if digest != self._digest:
            try:
                outcome = self._worlds.load_seed(str(self.path))
            except WorldError as error:
                outcome = error
        return Reading(digest, outcome, is_whole=_sign(self._files) == self._known)

    def _apply(self, reading: Reading) -> Reload:
        """Use what was read, and log it; WorldError if it has mistakes."""
        if isinstance(reading.outcome, WorldError):
            if self.path.exists():
                LOG.warning("The world stays as it is, because its file has mistakes: %s", reading.outcome)
            else:
                LOG.warning("The world stays as it is, because its file is missing: %s", self.path)
            raise reading.outcome
        if reading.outcome is None:
            return UNCHANGED
        self._digest = reading.digest
        followers = self._world.follow(reading.outcome)
        LOG.warning("The world file %s was read again; %s", self.path, _describe_followers(followers))
        return Reload(True, followers)


def _list_files(path: Path, known_files: Iterable[Path] = ()) -> list[Path]:
    """Return the file of a world and the files of its mixin schemas; the known ones if it cannot be read."""
    from ..strict_yaml import YamlError, load_yaml  # noqa: PLC0415 - shipped worlds are read from JSON

    try:
        content = path.read_bytes()
        world = load_yaml(content.decode()) if MIXIN_SCHEMAS.name.encode() in content else {}
    except (OSError, UnicodeDecodeError, YamlError):
        return list(known_files) or [path]
    rows = world.get(MIXIN_SCHEMAS.name) if isinstance(world, dict) else None
    names = [row.get("file") for row in _dicts(rows)]
    return [path, *dict.fromkeys(path.parent / name for name in names if isinstance(name, str))]


def _dicts(rows: Any) -> list[dict[str, Any]]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _sign(files: Iterable[Path]) -> Signature:
    """Return what changes when a file is written, replaced, removed or linked to another one."""
    return tuple(_call_or_none(_sign_file, file) for file in files)


def _sign_file(file: Path) -> tuple[int, int, int]:
    status = file.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _digest(files: Iterable[Path]) -> bytes:
    """Return a digest of the names and contents of files, of which some may be missing."""
    digest = blake2b()
    for file in files:
        content = _call_or_none(file.read_bytes)
        digest.update(f"{file}\n{None if content is None else len(content)}\n".encode(errors="surrogateescape"))
        digest.update(content or b"")
    return digest.digest()


def _call_or_none(read: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return read(*arguments)
    except (OSError, ValueError):  # such as a name with a null
        return None


def _describe_followers(followers: Followers) -> str:
    """Return what happened to the tenants, and how those with changes of their own take the world over."""
    if not followers.kept:
        return "all tenants follow it."
    names, more = followers.kept[:MAX_LOGGED_TENANTS], len(followers.kept) - MAX_LOGGED_TENANTS
    listed = ", ".join(names) + (f" and {more} more" if more > 0 else "")
    reset = f"POST /__admin/reset?tenant={names[0]}"
    return f"tenants with changes keep their state until a reset, such as {reset}: {listed}."
