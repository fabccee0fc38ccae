"""The states of a connection, and how long each may last."""

from __future__ import annotations

from enum import Enum
from typing import Literal, NamedTuple


class ConnectionState(Enum):
    """What a connection waits for.

    ============  ===========================================  ================================================
    state         waits for                                    next
    ============  ===========================================  ================================================
    OPENING       the event loop to hand over the socket       IDLE
    IDLE          the client to start a request                READING, ANSWERING
    READING       the client to send the rest of a request     ANSWERING
    ANSWERING     the application, or pauses of a dripped body IDLE, READING, WRITING; STREAMING; after the last request
                                                               WRITING_LAST, LINGERING
    WRITING       the client to read a response                ANSWERING, READING, IDLE
    WRITING_LAST  the client to read the last response         LINGERING
    LINGERING     the client to close                          CLOSED
    STREAMING     what the client should hear of next          CLOSED
    CLOSED        nothing                                      none
    ============  ===========================================  ================================================

    Any state becomes CLOSED when the client or the server closes. Requests that arrive during ANSWERING and WRITING are
    parsed and wait; what arrives during WRITING_LAST, LINGERING and STREAMING is dropped.
    """

    OPENING = 1
    IDLE = 2
    READING = 3
    ANSWERING = 4
    WRITING = 5
    WRITING_LAST = 6
    LINGERING = 7
    CLOSED = 8
    STREAMING = 9


# Plain names and tuples, because Python 3.11 looks up and hashes the members of an Enum with slow functions.
OPENING, IDLE, READING, ANSWERING, WRITING, WRITING_LAST, LINGERING, CLOSED, STREAMING = ConnectionState


class Timeout(NamedTuple):
    """How many seconds a state may last, and what happens after that."""

    seconds: float
    action: Literal["close", "refuse", "abort"]


TIMEOUTS = {  # OPENING, ANSWERING and STREAMING have none, because the client waits for the server
    IDLE: Timeout(30, "close"),
    READING: Timeout(60, "refuse"),  # with a 408
    WRITING: Timeout(30, "abort"),  # since the client last read anything
    WRITING_LAST: Timeout(30, "abort"),  # likewise
    LINGERING: Timeout(2, "abort"),  # closing at once could destroy the response before it is read
}
BETWEEN_RESPONSES = (IDLE, READING, WRITING)
ENDING = (WRITING_LAST, LINGERING, CLOSED, STREAMING)
