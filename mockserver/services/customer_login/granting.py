"""Grant the tokens of a session: their scopes, and their lifetimes on the tenant's clock (B4 to B8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ...access import READ_OWN_SEGMENTS, Principal
from ...store.world import Tenant
from .sessions import Session, SessionStore

CUSTOMER_SCOPES = frozenset(
    {
        READ_OWN_SEGMENTS,
        *("approval.approval_manage_own", "approval.approval_read_own", "coupon.coupon_redeem"),
        *("customer.consent_manage", "customer.consent_view", "customer.customer_manage_own"),
        *("customer.customer_read_own", "customer.customerprofile_edit", "customer.customerprofile_view"),
        *("customermanagement.legalentity_read_own", "iam.assignment_create_own", "iam.assignment_delete_own"),
        *("iam.group_read_own", "iam.scope_read_own", "iam.user_read_own", "order.history_view"),
        *("order.order_readascustomer", "order.order_updateascustomer", "quote.quote_manage_own"),
        *("quote.quote_read_own", "returns.returns_manage_own", "returns.returns_read_own"),
    }
)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """The lifetimes of an access token and its refresh token, in seconds."""

    access_seconds: int
    refresh_seconds: int


ANONYMOUS_LIFETIMES = Lifetimes(3_599, 86_399)
LOGIN_LIFETIMES = Lifetimes(2_591_999, 86_399)
REFRESH_LIFETIMES = Lifetimes(2_591_999, 86_390)
EXCHANGE_LIFETIMES = Lifetimes(14_399, 15_551_999)


def grant_session_tokens(
    sessions: SessionStore, tenant: Tenant, session: Session, lifetimes: Lifetimes, legal_entity_id: str | None = None
) -> dict[str, Any]:
    """Grant tokens, with a legal entity or without one; return the fields that all replies share."""
    now = tenant.clock.now()
    holder = Principal(
        scopes=CUSTOMER_SCOPES if session.customer_id else frozenset(),
        tenant=tenant.name,
        customer_id=session.customer_id,
        legal_entity_id=legal_entity_id,
        expires_at=now + timedelta(seconds=lifetimes.access_seconds),
        name=f"customer:{session.customer_id}" if session.customer_id else "anonymous",
        session_id=session.id,
    )
    access_token, refresh_token = sessions.issue_tokens(
        session, holder, now + timedelta(seconds=lifetimes.refresh_seconds)
    )
    return {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": lifetimes.access_seconds,
        "refresh_token": refresh_token,
        "refresh_token_expires_in": lifetimes.refresh_seconds,
        "session_id": session.id,
    }
