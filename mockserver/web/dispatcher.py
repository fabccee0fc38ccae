"""Runs the application: in the server's own thread, or in a thread per request while a fault may hold requests."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Thread

from ..control.guard import may_wait
from ..messages import Request, Response
from ..records.journal import WaitingThread
from ..simulations.simulation_registry import SimulationRegistry
from .application import Answer, is_control
from .limits import MAX_CALL_THREADS

Done = Callable[[Response], None]


class Dispatcher:
    """Runs the application, and delivers each response in the event loop's thread.

    Threads would only wait for each other: the work is Python, and the interpreter's lock lets one run at a time.
    With one thread the server answers more requests, at a steadier rate (benchmarks/README.md).

    While a fault may hold requests, each request to the simulated API gets its own thread, so that a held one does not
    block the others. Requests to the control plane run in the event loop's thread. So faults are only added and
    removed between two requests, and can be removed however many requests are held. Only those that wait for requests
    (`may_wait`) get a thread: they change nothing, and block nobody. How many may wait is limited where they do.
    """

    def __init__(
        self, answer: Answer, simulations: SimulationRegistry, loop: AbstractEventLoop, base_path: str = ""
    ) -> None:
        self._answer, self._simulations, self._loop, self._base_path = answer, simulations, loop, base_path
        self._waiting: deque[tuple[Request, Done]] = deque()
        self._threads = 0

    def dispatch(self, request: Request, done: Done) -> Callable[[], None] | None:
        """Answer a request; `done` receives the response, immediately or later.

        For a call that waits for requests, return a function that ends it, for the case that its client has gone.
        """
        path = request.path.removeprefix(self._base_path)
        if is_control(path):
            if may_wait(path):
                thread = WaitingThread(target=self._wait, args=(request, done), name="wait", daemon=True)
                thread.start()
                return partial(self._abandon, thread)
            done(self._answer(request))
        elif not self._simulations.has_timed_faults:
            done(self._answer(request))
        else:
            self._waiting.append((request, done))
            self._start_threads()
        return None

    def _abandon(self, thread: WaitingThread) -> None:
        thread.is_abandoned = True
        self._simulations.end_watches(thread)

    def _wait(self, request: Request, done: Done) -> None:
        response = self._answer(request)
        with suppress(RuntimeError):  # the server has stopped
            self._loop.call_soon_threadsafe(done, response)

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
