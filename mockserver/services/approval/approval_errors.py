"""The errors of the Approval Service, which have a published code each (J8)."""

from __future__ import annotations

from typing import Any

from ...errors import (
    INVALID_BODY,
    INVALID_PARAMETERS,
    BadRequest,
    ClientError,
    Conflict,
    InvalidToken,
    NotFound,
    error_body,
)
from ...practices.error_shapes import list_sentences

INVALID = "APPROVAL-400001"
UNREACHABLE_STATUS = "APPROVAL-400002"
UNKNOWN_STATUS = "APPROVAL-400003"
NOT_MATCHING = "APPROVAL-400004"
GIVEN_ALREADY = "APPROVAL-400005"
NOT_AN_APPROVER = "APPROVAL-400006"
UNSUPPORTED_OPERATION = "APPROVAL-400007"
NOT_PERMITTED = "APPROVAL-400008"
FINISHED = "APPROVAL-400009"
INCORRECT_OPERATION = "APPROVAL-400010"
WITHOUT_COMPANY = "APPROVAL-400011"
MESSAGES = {
    INVALID: "Problem with validation",
    UNREACHABLE_STATUS: "Approval status cannot be changed to the new value",
    UNKNOWN_STATUS: "Incorrect value of the approval status",
    NOT_MATCHING: "Not matching combination of approval action and resource type",
    GIVEN_ALREADY: "Approval has been already given",
    NOT_AN_APPROVER: "Provided approver cannot be assigned to the approval",
    UNSUPPORTED_OPERATION: "Not supported patch operation",
    NOT_PERMITTED: "Requested user has no permissions to the resource",
    FINISHED: "Approval process has been finished and cannot be updated",
    INCORRECT_OPERATION: "Incorrect patch operation",
    WITHOUT_COMPANY: "Requested user is not assigned to any company",
}


class ApprovalRefused(BadRequest):
    """A request that a rule of approvals refuses, with its code."""

    def __init__(self, code: str, rule: str, *, field: str = "", detail: str = "", message: str = "") -> None:
        text = message or MESSAGES[code]
        super().__init__(text, field=field, error_type="validation", detail=detail or text, rule=rule)
        self.code = code


class ApprovalNotFound(NotFound):
    """An approval that does not exist, or that the caller has no part in (J2)."""

    rule = "J2"
    code = "APPROVAL-404001"

    def __init__(self, approval_id: str) -> None:
        super().__init__(approval_id)
        self.message = f"Approval with id '{approval_id}' does not exist."


class ResourceNotFound(NotFound):
    """A cart or a quote that does not exist, or that an approval took away (J4)."""

    rule = "J4"
    code = "APPROVAL-404002"

    def __init__(self, resource_id: str) -> None:
        super().__init__(resource_id)
        self.message = "Provided resource does not exist"


class CompanyNotFound(NotFound):
    """The legal entity of a token whose customer does not belong to it any more (J4)."""

    rule = "J4"
    code = "APPROVAL-404003"

    def __init__(self, entity_id: str) -> None:
        super().__init__(entity_id)
        self.message = "Requested user is not assigned to any legal entity"


class ApprovalExists(Conflict):
    """A second approval with the same id, or for the same cart or quote (J4)."""

    rule = "J4"
    code = "APPROVAL-409001"
    message = "Approval with given id already exists."


def write_approval_error(error: ClientError) -> dict[str, Any]:
    """Return code, status and message, the code of the error, and the sentences of a 400 as `details` (J8)."""
    if isinstance(error, InvalidToken):
        return error.body()
    is_general = error.message in (INVALID_BODY, INVALID_PARAMETERS)
    message = MESSAGES[INVALID] if is_general else error.message
    body: dict[str, Any] = error_body(error.status, error.reason, message)
    details = [{"message": sentence} for sentence in list_sentences(error) if sentence]
    code = getattr(error, "code", INVALID if isinstance(error, BadRequest) else "")
    return body | ({"details": details} if details else {}) | ({"errorCode": code} if code else {})
