"""The errors that a client can see, each with its status and body.

::

    ClientError
     +-- InvalidToken        401  gateway fault (A1, A3)
     |    +-- ExpiredToken   401  gateway fault (A2)
     |    +-- InvalidApiKey  401  gateway fault (B3)
     +-- InvalidClient       401  OAuth error (B3)
     +-- BadRequest          400
     +-- Forbidden           403  (A5)
     +-- NoOperation
     |    +-- NoEndpoint          404  unknown path (F2)
     |    +-- MethodNotAllowed    405  (F2)
     +-- NotFound            404  unknown resource (C10)
     +-- Conflict            409
     |    +-- StaleVersion   409  (D3)
     +-- TooLarge            413, 414 or 431 (F1)

Rules raise them and the pipeline turns them into replies; no other code sets the status of an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, ClassVar, NamedTuple

ErrorBody = dict[str, Any]

INVALID_BODY = "Validation problem with request body."
INVALID_PARAMETERS = "Validation problem with request parameters."


def error_body(status: int, reason: str, message: str) -> ErrorBody:
    """Return the JSON body of an error in the shape of the Customer Segment Service."""
    return {"code": status, "status": reason, "message": message}


class Remedy(NamedTuple):
    """A change to a refused request that removes the reason for the error.

    why: a sentence for the developer.
    query: parameters to add.
    without: the JSON pointer of a body field to remove.
    """

    why: str
    query: Mapping[str, str] = {}
    without: str = ""


class ClientError(Exception):
    """An error with the status, the headers and the JSON body that the client gets."""

    status = 400
    reason = "Bad Request"
    message = ""
    rule = ""  # id of the broken rule in docs/fidelity.md; "" if only the spec says so
    remedy: Remedy | None = None

    def __init__(
        self, message: str | None = None, *, hint: str = "", rule: str = "", remedy: Remedy | None = None
    ) -> None:
        """Take a message for the body, and a hint for the header: ASCII, without any text from the client."""
        super().__init__(message or self.message)
        self.message = message or self.message
        self.hint = hint
        self.rule = rule or self.rule
        self.remedy = remedy

    @property
    def headers(self) -> dict[str, str]:
        """The response headers of this error; the hint says what the vendor's body has no place for."""
        return {"X-Mock-Hint": self.hint} if self.hint else {}

    def body(self) -> ErrorBody:
        """Return the JSON body, in the shape of the service."""
        return error_body(self.status, self.reason, self.message)


class InvalidToken(ClientError):
    """Missing, malformed, unknown or revoked bearer token (A1), or one of another tenant (A3)."""

    status = 401
    reason = "Unauthorized"
    message = "Invalid access token"
    rule = "A1"
    error_code = "oauth.v2.InvalidAccessToken"

    def body(self) -> ErrorBody:
        """Return the body in the shape of the API gateway."""
        return {"fault": {"faultstring": self.message, "detail": {"errorcode": self.error_code}}}


class ExpiredToken(InvalidToken):
    """An expired token (A2)."""

    message = "Access Token expired"
    rule = "A2"
    error_code = "keymanagement.service.access_token_expired"


class InvalidApiKey(InvalidToken):
    """An unknown OAuth client (B3); the hint has the ids of known ones, as far as a header can hold them."""

    message = "Invalid ApiKey"
    rule = "B3"
    error_code = "oauth.v2.InvalidApiKey"
    MAX_CLIENTS_IN_HINT = 10

    def __init__(self, known_clients: Iterable[str], *, alternative: str = "") -> None:
        ids = islice((id_ for id_ in known_clients if id_.isascii()), self.MAX_CLIENTS_IN_HINT)
        hints = ("known clients: " + (", ".join(ids) or "none"), alternative)
        super().__init__(hint="; ".join(filter(None, hints)))


class InvalidClient(ClientError):
    """A known OAuth client with a wrong secret (B3)."""

    status = 401
    reason = "Unauthorized"
    message = "Client credentials are invalid"
    rule = "B3"

    def __init__(self, *, is_basic: bool = False) -> None:
        """Take whether the client authenticated with HTTP Basic, which RFC 6749 (5.2) wants in the response."""
        super().__init__()
        self.is_basic = is_basic

    @property
    def headers(self) -> dict[str, str]:
        """The response headers, with the scheme that the client used."""
        return super().headers | ({"WWW-Authenticate": "Basic"} if self.is_basic else {})

    def body(self) -> ErrorBody:
        """Return the body in the shape of the OAuth endpoint."""
        return {"ErrorCode": "invalid_client", "Error": self.message}


class BadRequest(ClientError):
    """A request that violates the contract or a rule; `details` in the body say where and why.

    field: JSON pointer into the body, or name of a parameter.
    error_type: keyword or rule that is violated, such as `type` or `required`.
    detail: one sentence for a person.
    """

    message = INVALID_BODY

    def __init__(
        self,
        message: str | None = None,
        *,
        field: str = "",
        error_type: str = "",
        detail: str = "",
        rule: str = "",
        remedy: Remedy | None = None,
    ) -> None:
        super().__init__(message, rule=rule, remedy=remedy)
        self.field, self.error_type, self.detail = field, error_type, detail

    def body(self) -> ErrorBody:
        """Return the body with the known details."""
        details = {"field": self.field, "type": self.error_type, "message": self.detail}
        details = {name: value for name, value in details.items() if value}
        return super().body() | ({"details": details} if details else {})


class Forbidden(ClientError):
    """A valid token without permission (A5); only the hint names the missing scope.

    scopes: one of them would be enough; empty if no scope helps.
    """

    status = 403
    reason = "Forbidden"
    message = "The access to the requested resource has been forbidden by the server."
    rule = "A5"

    def __init__(self, *, hint: str = "", scopes: tuple[str, ...] = (), rule: str = "") -> None:
        super().__init__(hint=hint, rule=rule)
        self.scopes = scopes


class UnansweredCall(NamedTuple):
    """The operation that a client probably meant, which is not simulated (F2b).

    service: its name at the vendor; is_simulated: whether other operations of this service are simulated.
    operation: method and path template, or how all paths of the service begin.
    is_known: whether the vendor publishes the operation, or clients call it.
    explanation: sentences for the developer, without any text from the client; may be empty.
    """

    service: str
    operation: str
    is_known: bool
    is_simulated: bool
    explanation: str


class NoOperation(ClientError):
    """A method and a path that no simulated operation has; `unanswered` is None if nothing is known of them."""

    rule = "F2"

    def __init__(self, message: str, unanswered: UnansweredCall | None = None) -> None:
        explanation = unanswered.explanation if unanswered else ""
        super().__init__(f"{message} {explanation}".strip(), hint=explanation, rule="F2b" if explanation else "")
        self.unanswered = unanswered


class NoEndpoint(NoOperation):
    """An unknown path (F2)."""

    status = 404
    reason = "Not Found"


class NotFound(ClientError):
    """A resource that does not exist, or that the caller may not see (C10, A11)."""

    status = 404
    reason = "Not Found"
    rule = "C10"

    def __init__(self, resource_id: str, *, hint: str = "", rule: str = "") -> None:
        super().__init__(f"The resource with id {resource_id} has not been found.", hint=hint, rule=rule)
        self.resource_id = resource_id

    def body(self) -> ErrorBody:
        """Return the body with the id of the resource."""
        return super().body() | {"resourceId": self.resource_id}


class MethodNotAllowed(NoOperation):
    """A method that a known path does not allow (F2)."""

    status = 405
    reason = "Method Not Allowed"

    def __init__(self, allowed_methods: tuple[str, ...], unanswered: UnansweredCall | None = None) -> None:
        super().__init__(f"This path allows {', '.join(allowed_methods)}.", unanswered)
        self.allowed_methods = allowed_methods

    @property
    def headers(self) -> dict[str, str]:
        """The response headers, with the methods that the path allows."""
        return {"Allow": ", ".join(self.allowed_methods)} | super().headers


class Conflict(ClientError):
    """A write that conflicts with the stored state."""

    status = 409
    reason = "Conflict"
    message = "The resource already exists."
    rule = "D4"


class StaleVersion(Conflict):
    """A write with an outdated `metadata.version` (D3)."""

    message = "The resource you are attempting to access has changed."
    rule = "D3"


class TooLarge(ClientError):
    """A body (413), URL (414) or header section (431) over the documented limits (F1)."""

    rule = "F1"
    REASONS: ClassVar = {413: "Payload Too Large", 414: "URI Too Long", 431: "Request Header Fields Too Large"}

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.reason = status, self.REASONS[status]
