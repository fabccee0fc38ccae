"""Errors that only an injected fault causes (F7); all others are in `errors`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..errors import ClientError


class GatewayError(ClientError):
    """An error of the gateway between client and service; it occurs only if a fault injects it (F7)."""

    rule = "F7"
    REASONS: ClassVar = {
        429: "Too Many Requests",
        500: "Internal Server Error",
        502: "Bad Gateway",
        503: "Service Unavailable",
        504: "Gateway Timeout",
    }

    def __init__(self, status: int, message: str | None = None) -> None:
        super().__init__(message or f"{self.REASONS[status]} (injected).")
        self.status, self.reason = status, self.REASONS[status]


class TargetTimeout(GatewayError):
    """A service that took too long for the gateway; it occurs only if a fault injects it (F7a)."""

    rule = "F7a"

    def __init__(self) -> None:
        super().__init__(504, "Gateway Timeout")

    def body(self) -> dict[str, Any]:
        """Return the body in the shape of the API gateway."""
        detail = {"errorcode": "messaging.adaptors.http.flow.GatewayTimeout", "reason": "TARGET_READ_TIMEOUT"}
        return {"fault": {"faultstring": self.message, "detail": detail}}


class InjectedError(ClientError):
    """An injected error with a chosen status, body and headers (F7)."""

    rule = "F7"

    def __init__(self, status: int, body: Any, headers: Mapping[str, str]) -> None:
        super().__init__("Injected failure.")
        self.status = status
        self._body, self._headers = body, headers

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the injected response."""
        return dict(self._headers)

    def body(self) -> Any:
        """Return the injected body."""
        return self._body
