"""The error bodies of the Brand Service (T5)."""

from __future__ import annotations

from typing import Any

from ...errors import BadRequest, ClientError, Forbidden, InvalidToken, NotFound
from ...practices.error_shapes import write_coded_error

MESSAGES = {
    400: "There are validation problems, see details section for more information",
    403: "Given request does not have required scopes. It is not authorized to perform this operation.",
    404: "The requested resource does not exist.",
    409: "The requested resource could not be created due to server-side uniqueness validation.",
}


def write_brand_error(error: ClientError) -> dict[str, Any]:
    """Return code, status, the message of the status, the sentences of a 400 or 403, and the id of a missing brand."""
    body = write_coded_error(error)
    if isinstance(error, InvalidToken):
        return body
    if isinstance(error, (BadRequest, Forbidden, NotFound)) or error.rule == "D4":
        body["message"] = MESSAGES[error.status]
    if isinstance(error, Forbidden):
        body["details"] = [f"Missing required scopes '[{', '.join(error.scopes)}]'"]
    return body
