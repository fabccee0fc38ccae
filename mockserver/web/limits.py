"""The limits of requests, connections and threads, each with its reason."""

from __future__ import annotations

MAX_BODY_BYTES = 10 * 1024 * 1024  # 413 (F1)
MAX_URL_BYTES = 10 * 1024  # path and query together; 414 (F1)
MAX_HEADER_BYTES = 60 * 1024  # names and values; 431 (F1)
MAX_UNREAD_BYTES = 256 * 1024  # of a head or trailer that never ends; beyond MAX_HEADER_BYTES, whose 431 comes first

MAX_WAITING_REQUESTS = 100  # pipelined on one connection; it closes after the last of them
MAX_CONNECTIONS = 2000  # further ones wait in the backlog
MAX_WINDOWS_SOCKETS = 512  # that select() can wait for on Windows, as Python is built
BACKLOG = 1024  # connections that the operating system queues
OTHER_DESCRIPTORS = 64  # file descriptors reserved for listeners, standard streams and files

MAX_CALL_THREADS = 500  # requests that faults hold at the same time; enough for any race, and it bounds the memory
MAX_BATCH_SECONDS = 0.001  # how long a response waits for others before they are written together
