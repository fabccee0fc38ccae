"""How many connections the descriptors of this process are enough for: a server that has none left would only spin."""

from __future__ import annotations

import resource
from contextlib import suppress

OTHERS = 64  # listeners, standard streams, files that are being read


def connections(at_most: int) -> int:
    """Return how many connections there can be, after asking the system for enough descriptors for all of them."""
    wanted = OTHERS + at_most
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if _is_enough(soft, wanted):
        return at_most
    more = wanted if _is_enough(hard, wanted) else hard
    with suppress(OSError, ValueError):  # a system may allow less than it says
        resource.setrlimit(resource.RLIMIT_NOFILE, (more, hard))
        soft = more
    return max(1, soft - OTHERS)


def _is_enough(limit: int, wanted: int) -> bool:
    return limit == resource.RLIM_INFINITY or limit >= wanted
