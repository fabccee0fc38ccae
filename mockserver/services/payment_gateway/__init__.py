"""The Payment Gateway: payment modes, and payments that always succeed."""

from __future__ import annotations

from ...messages import Service
from .handlers import HANDLERS
from .payment_errors import write_payment_error

SERVICE = Service("payment-gateway.yaml", HANDLERS, write_payment_error)
