"""JSON Web Tokens that name a customer: the `saas_token`, and tokens of the simulated identity provider."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ..access import Principal
from ..errors import ExpiredToken, InvalidToken
from ..store.tenant import Tenant

if TYPE_CHECKING:  # it imports urllib.request, and most clients never log in
    import jwt

SIGNING_KEY = "emporix-mockserver signs with this key, which is no secret"  # docs/storefront.md names it
ALGORITHM = "HS256"
# Times are checked with the simulated clock, not with the system clock.
DECODE_OPTIONS: jwt.types.Options = {
    "require": ["sub"],
    "verify_aud": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


def sign_saas_token(customer_id: str, now: datetime, lifetime: int) -> str:
    """Return a token that names a customer and lives for this many seconds."""
    import jwt  # noqa: PLC0415 - see above

    issued_at = int(now.timestamp())
    return jwt.encode({"sub": customer_id, "iat": issued_at, "exp": issued_at + lifetime}, SIGNING_KEY, ALGORITHM)


def verify_subject_token(token: str, now: datetime) -> str:
    """Return the id of the customer that a token names; InvalidToken or ExpiredToken."""
    import jwt  # noqa: PLC0415 - see above

    try:
        claims = jwt.decode(token, SIGNING_KEY, [ALGORITHM], DECODE_OPTIONS)
    except (jwt.PyJWTError, RecursionError):  # some versions of PyJWT let a header nest too deep for a recursion
        raise InvalidToken(hint="the subject token must be signed as docs/storefront.md says", rule="B7c") from None
    expiry = claims.get("exp", float("inf"))
    if not isinstance(expiry, int | float):
        raise InvalidToken(hint="the exp of the subject token must be a number", rule="B7c")
    if expiry <= now.timestamp():
        raise ExpiredToken(hint="the subject token has expired", rule="B7c")
    return str(claims["sub"])


def read_saas_token(token: str | None, now: datetime) -> str | None:
    """Return the id of the customer that a `saas_token` names; None without one, or for one that is not valid."""
    try:
        return None if token is None else verify_subject_token(token, now)
    except InvalidToken:
        return None


def find_customer_id(tenant: Tenant, principal: Principal, saas_token: str | None) -> str | None:
    """Return the calling customer, or the one whose `saas_token` a service sends (X6); None without one.

    InvalidToken for a `saas_token` that is not valid.
    """
    if principal.customer_id is not None or saas_token is None:
        return principal.customer_id
    customer_id = read_saas_token(saas_token, tenant.clock.now())
    if customer_id is None:
        raise InvalidToken(hint="the saas-token is not valid, or has expired", rule="X6")
    return customer_id
