"""The error bodies of the Label Service: a list, a fault of the gateway, or a message with details (T6)."""

from __future__ import annotations

from typing import Any

from ...errors import BadRequest, ClientError, Conflict, Forbidden, InvalidToken, NotFound

MEDIA_TYPE = "application/json"  # the `type` of a 404 and of a 409


class DuplicateLabel(Conflict):
    """A new label whose id is taken (T6)."""

    rule = "T6"
    message = "Label already exists."

    def __init__(self, label_id: str, tenant_name: str) -> None:
        super().__init__()
        self.detail = f"Duplicate label with id '{label_id}' on tenant '{tenant_name}'."


def write_label_error(error: ClientError) -> Any:
    """Return the body of an error."""
    return _write_error(error, "Label not Found.")


def write_update_error(error: ClientError) -> Any:
    """Return the body of an error of an update, whose 404 has another message."""
    return _write_error(error, "Label not Updated.")


def _write_error(error: ClientError, not_found: str) -> Any:
    if isinstance(error, InvalidToken):
        return error.body()
    if isinstance(error, BadRequest):
        return [{"message": error.detail or error.message, **({"path": error.field} if error.field else {})}]
    if isinstance(error, Forbidden):
        fault = f"Required scope(s): [{', '.join(error.scopes)}]"
        return {"fault": {"faultstring": fault, "detail": {"errorcode": "steps.oauth.v2.InsufficientScope"}}}
    if isinstance(error, NotFound):
        return _write_message(404, not_found, f"Couldn't find a label with id '{error.resource_id}'")
    return _write_message(error.status, error.message, getattr(error, "detail", ""))


def _write_message(status: int, message: str, detail: str) -> dict[str, Any]:
    details = {"message": detail, "moreInfo": ""}
    return {"status": status, "type": MEDIA_TYPE, "message": message, "moreInfo": "", "details": details}
