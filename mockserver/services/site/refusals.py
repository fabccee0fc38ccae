"""The error shape of the Site Settings Service: details are sentences, each in an object of its own (N3)."""

from __future__ import annotations

from typing import Any

from ...errors import ClientError
from ...practices import refusals


def body(error: ClientError) -> dict[str, Any]:
    """Write an error as `typed` does, with field and message of a detail in one sentence."""
    shown = refusals.typed(error)
    if "details" in shown:
        shown["details"] = [{"message": _sentence(each)} for each in shown["details"]]
    return shown


def _sentence(detail: dict[str, str]) -> str:
    return " ".join(detail[name] for name in ("field", "message") if name in detail)
