"""The error shape of the Site Settings Service: details are sentences, each in an object of its own (N3)."""

from __future__ import annotations

from typing import Any

from ...errors import ClientError
from ...practices import refusals


def write_site_error(error: ClientError) -> dict[str, Any]:
    """Write an error as `typed` does, with field and message of a detail in one sentence."""
    error_json = refusals.write_typed_error(error)
    if "details" in error_json:
        error_json["details"] = [{"message": _detail_text(each)} for each in error_json["details"]]
    return error_json


def _detail_text(detail: dict[str, str]) -> str:
    return " ".join(detail[name] for name in ("field", "message") if name in detail)
