"""The limits of requests, connections and threads, each with its reason."""

from __future__ import annotations

MAX_BODY_BYTES = 10 * 1024 * 1024  # 413 (F1)
MAX_URL_BYTES = 10 * 1024  # path and query together; 414 (F1)
MAX_HEADER_BYTES = 60 * 1024  # names and values; 431 (F1)
MAX_UNREAD_BYTES = 256 * 1024  # of a head or trailer that does not end; above MAX_HEADER_BYTES, so F1 can answer first

MAX_WAITING_REQUESTS = 100  # of one connection that pipelines; the last of them ends the connection
MAX_CONNECTIONS = 2000  # others wait in the backlog
BACKLOG = 1024  # connections that the operating system keeps waiting
OTHER_DESCRIPTORS = 64  # for listeners, standard streams and files; they are not available to connections

MAX_CALL_THREADS = 500  # calls held by faults at the same time: no race needs more, and their memory must be bounded
MAX_BATCH_SECONDS = 0.001  # how long a response waits for others before they are written together
