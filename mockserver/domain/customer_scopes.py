"""The scopes of a customer, with a token from the login (B5) or from the world (B11)."""

from __future__ import annotations

from ..access import READ_OWN_SEGMENTS

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
