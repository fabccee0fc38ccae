"""A file that one process owns, and replaces as a whole: after a crash it has the old or the new content."""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import NoReturn

MAX_PARTS_PER_WRITE = 1000  # systems write at most 1,024 at once


class FileUnusable(Exception):
    """A file that cannot be kept up to date; the message says why."""


class DurableFile:
    """A file that is locked until `release`; a symbolic link stays, and the file that it leads to is replaced.

    The lock is on another file, NAME.lock, because each write replaces the file itself.
    """

    def __init__(self, path: Path) -> None:
        """Lock the file, which need not exist; FileUnusable."""
        self.given_path = path
        self.path = Path(os.path.realpath(path))
        self._lock_path = self.path.with_name(f"{self.path.name}.lock")
        self._new_path = self.path.with_name(f"{self.path.name}.new")
        self._check_kind()
        self._lock = self._acquire_lock()
        with suppress(OSError):
            self._new_path.unlink()  # of a process that was killed while it wrote

    def read(self) -> bytes | None:
        """Return the content; None if the file is missing, FileUnusable if it cannot be read."""
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._fail(error)

    def replace(self, pieces: list[bytes]) -> None:
        """Replace the content and wait until the disk has it; OSError if that fails, and the file is as it was."""
        try:
            descriptor = os.open(self._new_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o666)
            try:
                with suppress(FileNotFoundError):
                    os.fchmod(descriptor, self.path.stat().st_mode & 0o777)
                write_pieces(descriptor, pieces)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.replace(self._new_path, self.path)
        except OSError:
            with suppress(OSError):
                self._new_path.unlink()
            raise
        with suppress(OSError):  # not every system can
            _sync_folder(self.path.parent)

    def release(self) -> None:
        """Unlock the file."""
        with suppress(OSError):
            self._lock_path.unlink()
        os.close(self._lock)

    def _check_kind(self) -> None:
        try:
            mode = self.path.stat().st_mode
        except FileNotFoundError:
            return
        except OSError as error:
            self._fail(error)
        if not S_ISREG(mode):
            raise FileUnusable(f"{self.given_path}: is {'a folder' if S_ISDIR(mode) else 'no regular file'}")

    def _acquire_lock(self) -> int:
        """Return the descriptor of the locked file; another process may remove that file before it is locked."""
        while True:
            try:
                descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
            except OSError as error:
                self._fail(error)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.samestat(os.fstat(descriptor), self._lock_path.stat()):
                    return descriptor
            except FileNotFoundError:
                pass
            except OSError as error:
                os.close(descriptor)
                if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                    raise FileUnusable(f"{self.given_path}: another server keeps its state there") from None
                self._fail(error)
            os.close(descriptor)

    def _fail(self, error: OSError) -> NoReturn:
        reason = error.strerror or str(error)
        if isinstance(error, FileNotFoundError):
            reason = f"the folder {self.path.parent} does not exist"
        elif error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            reason = f"{reason}; the folder {self.path.parent} must be writable, too"
        raise FileUnusable(f"{self.given_path}: {reason}") from None


def write_pieces(descriptor: int, pieces: list[bytes]) -> None:
    """Write all pieces; OSError. Joining them first would stop all threads while 25 MB are copied."""
    for start in range(0, len(pieces), MAX_PARTS_PER_WRITE):
        parts: list[bytes | memoryview] = [piece for piece in pieces[start : start + MAX_PARTS_PER_WRITE] if piece]
        while parts:
            written = os.writev(descriptor, parts)
            while parts and written >= len(parts[0]):
                written -= len(parts.pop(0))
            if written:
                parts[0] = memoryview(parts[0])[written:]


def _sync_folder(folder: Path) -> None:
    """Wait until the disk has the new name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
