"""Where requests are answered: in the server's own thread, or in a thread each while a fault may hold them."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from ..control.guard import is_control
from ..faults.registry import FaultRegistry
from ..messages import Request, Response
from .application import Answer
from .limits import MAX_CALL_THREADS

Done = Callable[[Response], None]


class Dispatcher:
    """Runs the application, and hands each response over in the event loop's thread.

    Threads would only wait for each other: the work is Python, and the interpreter's lock lets one run at a time.
    With one thread the server answers more requests, and evenly (benchmarks/README.md).

    While a fault may hold calls, each call gets a thread of its own, so that a held call does not block the others.
    Calls of the control plane never do: since they run in the event loop's thread, faults are added and removed between
    two calls only, and can be removed however many calls are held.
    """

    def __init__(self, answer: Answer, faults: FaultRegistry, loop: AbstractEventLoop) -> None:
        self._answer, self._faults, self._loop = answer, faults, loop
        self._waiting: deque[tuple[Request, Done]] = deque()
        self._threads = 0

    def dispatch(self, request: Request, done: Done) -> None:
        """Answer a request; `done` gets the response, at once or later."""
        if not self._faults.has_timed_faults or is_control(request.path):
            done(self._answer(request))
        else:
            self._waiting.append((request, done))
            self._start_threads()

    def _start_threads(self) -> None:
        """Start a thread for each waiting request, up to the limit."""
        while self._waiting and self._threads < MAX_CALL_THREADS:
            self._threads += 1
            Thread(target=self._run, args=self._waiting.popleft(), name="call", daemon=True).start()

    def _run(self, request: Request, done: Done) -> None:
        response = self._answer(request)
        with suppress(RuntimeError):  # the server has stopped
            self._loop.call_soon_threadsafe(self._finish, done, response)

    def _finish(self, done: Done, response: Response) -> None:
        self._threads -= 1
        self._start_threads()
        done(response)
