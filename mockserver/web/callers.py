"""Where calls are answered: in the server's own thread, or beside it while a fault may hold them."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Thread

from ..control.guard import PREFIX
from ..faults.registry import Registry
from .messages import Message
from .wsgi import Gateway, Response

THREADS_AT_MOST = 500  # calls that can be held at once: more is no race, and their memory has to end somewhere

Answer = Callable[[], Response]
Done = Callable[[Response], None]


class Callers:
    """Has calls answered, and says so in the thread of the server's loop.

    Threads would only wait for each other: the work is Python, and the interpreter's lock lets one run at a time.
    With one thread the server answers more, and evenly (benchmarks/README.md).

    While there is a fault that calls may have to wait for, each call gets a thread of its own, so that one that waits
    holds up no other. Calls of the control plane never do: since they are answered here, faults come and go between two
    calls only, and can be removed however many calls are held.
    """

    def __init__(self, gateway: Gateway, faults: Registry, loop: AbstractEventLoop) -> None:
        self._gateway, self._faults, self._loop = gateway, faults, loop
        self._waiting: deque[tuple[Answer, Done]] = deque()
        self._threads = 0

    def call(self, message: Message, client: str, done: Done) -> None:
        """Answer a request; `done` gets the answer, at once or later."""
        environ = self._gateway.environ(message, client)
        if not self._faults.is_timed or environ["PATH_INFO"].startswith(PREFIX):
            done(self._gateway.answer(message, environ))
        else:
            self._waiting.append((partial(self._gateway.answer, message, environ), done))
            self._begin()

    def _begin(self) -> None:
        """Give threads to those that wait, as far as there are any."""
        while self._waiting and self._threads < THREADS_AT_MOST:
            self._threads += 1
            Thread(target=self._beside, args=self._waiting.popleft(), name="call", daemon=True).start()

    def _beside(self, answer: Answer, done: Done) -> None:
        response = answer()
        with suppress(RuntimeError):  # the server has stopped
            self._loop.call_soon_threadsafe(self._end, done, response)

    def _end(self, done: Done, response: Response) -> None:
        self._threads -= 1
        self._begin()
        done(response)
