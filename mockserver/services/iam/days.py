"""Days in the parameters of lists."""

from __future__ import annotations

from datetime import datetime

from ...errors import INVALID_PARAMETERS, BadRequest


def read_start_of_day(text: str) -> str:
    """Return the start of a day, in the format of `modifiedAt`; BadRequest for another text (O2)."""
    try:
        return f"{datetime.strptime(text, '%Y-%m-%d').date()}T00:00:00.000Z"
    except ValueError:
        detail = "must be a day such as 2022-01-01"
        raise BadRequest(
            INVALID_PARAMETERS, field="metadataModifiedAt", error_type="format", detail=detail, rule="O2"
        ) from None
