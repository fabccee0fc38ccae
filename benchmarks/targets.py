"""A running server that is measured: requests per second, CPU time and memory of its processes."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path

from load import send_load

CONNECTIONS = 8
SETTLING_SECONDS = 0.5  # after a run, so that its garbage is collected within its CPU time, and not in the next run
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Target:
    """A running server, with the processes that it has started."""

    process: subprocess.Popen[str]
    port: int

    def cpu_seconds(self) -> float:
        """Return the CPU time so far, of all threads."""
        return sum(int(fields[11]) + int(fields[12]) for fields in self._stats()) / TICKS

    def memory_mb(self) -> float:
        """Return the resident memory."""
        return sum(int(fields[21]) for fields in self._stats()) * PAGE_BYTES / 2**20

    def _stats(self) -> Iterator[list[str]]:
        """Yield what /proc/PID/stat says of each process, from the field after the name: state, parent, ..."""
        stats = dict(_read_stats())
        family = [str(self.process.pid)]
        for pid in family:
            yield stats[pid]
            family += [child for child, fields in stats.items() if fields[1] == pid]


def _read_stats() -> Iterator[tuple[str, list[str]]]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            yield path.parent.name, path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # it has ended
            continue


def exchange(port: int, requests: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """Send requests over one connection, each after the response to the one before; yield status and body."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as client:
        for request in requests:
            client.sendall(request)
            response = HTTPResponse(client)
            response.begin()
            yield response.status, response.read()


@dataclass
class Run:
    """Requests per second, and the server's CPU time for each request, in microseconds."""

    rate: float
    cpu: float
    generator: float  # the share of one core that the load generator took


def measure(target: Target, requests: Sequence[bytes], seconds: float) -> Run:
    """Send the requests in turn over 8 connections, and measure."""
    before, mine = target.cpu_seconds(), time.process_time()
    rate = send_load(target.port, requests, seconds, CONNECTIONS).rate
    generator = (time.process_time() - mine) / seconds
    time.sleep(SETTLING_SECONDS)
    return Run(rate, (target.cpu_seconds() - before) / (rate * seconds) * 1e6, generator)
