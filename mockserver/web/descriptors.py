"""How many connections the system allows: file descriptors of the process, or on Windows what it can wait for."""

from __future__ import annotations

from contextlib import suppress

from .limits import MAX_WINDOWS_SOCKETS, OTHER_DESCRIPTORS


def connection_limit(wanted: int) -> int:
    """Return how many connections the system allows, at most `wanted`; raise its limit of file descriptors if needed.

    Without this limit, a server that has no free descriptor would try to accept in a busy loop. Windows has no such
    limit, but asyncio waits there with select(), which fails for more than 512 sockets.
    """
    try:
        import resource  # noqa: PLC0415 - Windows lacks it
    except ImportError:
        return min(wanted, MAX_WINDOWS_SOCKETS - OTHER_DESCRIPTORS)
    needed = OTHER_DESCRIPTORS + wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if _is_enough(soft, needed, resource.RLIM_INFINITY):
        return wanted
    granted = needed if _is_enough(hard, needed, resource.RLIM_INFINITY) else hard
    with suppress(OSError, ValueError):  # a system may grant less than its hard limit
        resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))
        soft = granted
    return max(1, soft - OTHER_DESCRIPTORS)


def _is_enough(limit: int, needed: int, unlimited: int) -> bool:
    return limit == unlimited or limit >= needed
