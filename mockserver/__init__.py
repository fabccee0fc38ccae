"""emporix-mockserver: a local simulator of the Emporix Customer Segment Service.

`with mockserver.running() as mock:` runs one in a test; `mockserver.create_wsgi_app()` returns it without a port.
"""

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import what tests use when they use it, so that `import mockserver` costs nothing."""
    if name not in {"create_wsgi_app", "running"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .testing import running  # noqa: PLC0415

    return getattr(running, name)
