"""The errors of the Payment Gateway, in its own shape (Y4)."""

from __future__ import annotations

from typing import Any

from ...errors import ClientError, InvalidToken
from ...practices.error_shapes import write_short_error


class PaymentNotPossible(ClientError):
    """A payment of an order that cannot be paid for, or by a mode that is off (Y3)."""

    status = 422
    reason = "Unprocessable Entity"
    rule = "Y3"


def write_payment_error(error: ClientError) -> dict[str, Any]:
    """Return the code and the message, with the reason for a 400."""
    body = write_short_error(error)
    return body if isinstance(error, InvalidToken) else {"code": body["code"], "message": body["message"]}
