"""Keeps the tenants of a server in a file: reads it at the start, and writes it after changes, in a thread."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from ..store.world import World
from .durable_file import DurableFile, FileUnusable
from .loading import WorldLibrary
from .state_file import ROW_INDENT, CapturedServer, StateFormat
from .world_text import TextForm, WorldWriter

LOG = logging.getLogger("mockserver")
SECONDS_BETWEEN_SAVES = 0.4  # together with two saves less than the second that the documentation promises
TURN_SECONDS = 0.0005  # how long the writer waits after each chunk, in which requests are answered
FORMS: dict[str, TextForm] = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}


class StateKeeper:
    """Writes the file whenever a tenant has changed. Writes of clients wait for nothing: states are values.

    tenant_count: how many tenants the file had at the start.
    """

    def __init__(self, path: Path, world: World, worlds: WorldLibrary) -> None:
        """Lock and read the file; FileUnusable, or StateFileError. A file that is missing is written."""
        self._file = DurableFile(path)
        self._world = world
        self._format = StateFormat(world, worlds)
        self._writer = WorldWriter(worlds.collections, FORMS[path.suffix], ROW_INDENT, lambda: None)
        self._written: CapturedServer | None = None
        self._problem = ""
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="state", daemon=True)
        try:
            self.tenant_count = self._continue(path)
        except BaseException:
            self._file.release()
            raise
        self._writer.take_turns = lambda: time.sleep(TURN_SECONDS)

    def start(self) -> None:
        """Write the file after each change from now on."""
        self._thread.start()

    def stop(self) -> bool:
        """Write the last changes and unlock the file; return whether the file has them."""
        self._stopping.set()
        self._thread.join()
        self._writer.take_turns = lambda: None
        is_saved = self.save()
        self._file.release()
        return is_saved

    def save(self) -> bool:
        """Write the file if a tenant has changed; return whether the file is up to date. A failure is logged once."""
        began_at, record = datetime.now(UTC), self._format.capture()
        if record == self._written:
            return True
        try:
            self._file.replace(self._format.write(record, self._writer, began_at))
        except OSError as error:
            self._report(f"cannot write the state to {self._file.given_path}: {error.strerror or error}; trying again")
            return False
        self._written = record
        self._report("")
        return True

    def _continue(self, path: Path) -> int:
        """Continue the tenants of the file, if there is one, and return how many; else write it."""
        content = self._file.read()
        if content is None:
            self._write_first_file()
            return 0
        record = self._format.read(content, path)
        self._world.restore_new_tenants(record.new_tenants)
        for tenant in record.tenants:
            self._world.restore_tenant(tenant)
        self._world.ids.advance(record.ids_position)
        self._world.clock.setting = record.clock_setting
        self._written = self._format.capture()
        self._format.write(self._written, self._writer, datetime.now(UTC))  # encodes all rows before the first request
        return len(record.tenants)

    def _write_first_file(self) -> None:
        record = self._format.capture()
        try:
            self._file.replace(self._format.write(record, self._writer, datetime.now(UTC)))
        except OSError as error:
            raise FileUnusable(f"{self._file.given_path}: {error.strerror or error}") from None
        self._written = record

    def _report(self, problem: str) -> None:
        if problem != self._problem:
            self._problem = problem
            LOG.warning(problem or f"the state is in {self._file.given_path} again")

    def _run(self) -> None:
        while not self._stopping.wait(SECONDS_BETWEEN_SAVES):
            self.save()
