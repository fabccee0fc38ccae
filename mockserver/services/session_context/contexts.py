"""Contexts of sessions: when they can be read, and how clients change them (S1 to S6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...access import Principal
from ...domain.shopping_context import (
    AWAITS_CART,
    SESSION_CONTEXTS,
    complete_choices,
    session_id_of,
    with_context,
)
from ...errors import BadRequest, NotFound, StaleVersion
from ...practices.documents import revision_of
from ...store.state import Document, State
from ...store.tenant import Tenant

PATCHED_FIELDS = ("siteCode", "currency", "targetLocation", "language", "context")
REPLACED_FIELDS = (*PATCHED_FIELDS, "customerId", "cartId")

Body = Mapping[str, Any]


class SessionContext:
    """The context of a session: the caller's own one, or one that an administrator names.

    customer_id: the caller's; with the switch `at-once`, a session without a context has one of this customer (S1).
    """

    def __init__(self, tenant: Tenant, id_: str, customer_id: str | None = None) -> None:
        self.tenant, self.id = tenant, id_
        self._customer_id = customer_id

    @classmethod
    def of_caller(cls, tenant: Tenant, principal: Principal) -> SessionContext:
        """Return the caller's session; NotFound for the token of a service (S2)."""
        id_ = session_id_of(principal)
        if id_ is None:
            raise NotFound("none", hint="only tokens of visitors and customers have a session", rule="S2")
        return cls(tenant, id_, principal.customer_id)

    def read(self) -> dict[str, Any]:
        """Return the context as clients see it, with what the session has not chosen (S3); NotFound (S1)."""
        state = self.tenant.state
        row = self._find_row(state)
        chosen = {name: value for name, value in row.items() if name != AWAITS_CART}
        defaults = complete_choices(state, row.get("customerId"), row) or {}
        return {**defaults, **chosen, "metadata": revision_of(row).to_metadata(None)}

    def patch(self, body: Body) -> None:
        """Change some fields of the context (S4); NotFound (S1), BadRequest (S5, D7) or StaleVersion (D3)."""
        changes = {name: body[name] for name in PATCHED_FIELDS if name in body}
        self._change(lambda row: {**row, **changes}, body)

    def replace(self, body: Body, *, creates: bool) -> None:
        """Replace the context, or create it if `creates` says so (S6); NotFound (S1), BadRequest or StaleVersion."""
        content = {name: body[name] for name in REPLACED_FIELDS if name in body}
        self._change(lambda _: {"sessionId": self.id, **content}, body, creates=creates)

    def add_attribute(self, name: str, value: Any) -> None:
        """Set an attribute of the context, whatever its version; NotFound (S1)."""
        self._change(lambda row: {**row, "context": {**row.get("context", {}), name: value}})

    def remove_attribute(self, name: str) -> None:
        """Remove an attribute of the context, if it has it, whatever its version; NotFound (S1)."""

        def without(row: Document) -> Document:
            context = {key: value for key, value in row.get("context", {}).items() if key != name}
            return {**row, "context": context}

        self._change(without)

    def _change(
        self, make_row: Callable[[Document], Document], body: Body | None = None, *, creates: bool = False
    ) -> None:
        """Replace the row by what a function makes of it.

        body: that of the request, if its version and its site are checked.
        """

        def rule(state: State) -> tuple[State, None]:
            stored = state.collection(SESSION_CONTEXTS).get(self.id)
            if creates and (stored is None or stored.get(AWAITS_CART, False)):
                _check_site(self.tenant, state, body or {})
                return with_context(self.tenant, state, make_row({})), None
            row = self._find_row(state)
            if body is not None:
                _check_version(row, body)
                _check_site(self.tenant, state, body)
            if stored is None:  # it could be read, so this is its second version
                state = with_context(self.tenant, state, row)
            return with_context(self.tenant, state, make_row(row)), None

        self.tenant.change(rule)

    def _find_row(self, state: State) -> Document:
        """Return the row of the session; NotFound before it can be read (S1)."""
        row: Document | None = state.collection(SESSION_CONTEXTS).get(self.id)
        if self.tenant.switches.session_context == "at-once":
            owner = {} if self._customer_id is None else {"customerId": self._customer_id}
            return {"sessionId": self.id, **owner} if row is None else row
        if row is None or row.get(AWAITS_CART, False):
            raise NotFound(self.id, hint="a session context can be read once the session has a cart", rule="S1")
        return row


def _check_version(row: Document, body: Body) -> None:
    """Raise BadRequest without a version (S5), or StaleVersion for another one (D3)."""
    version = body["metadata"].get("version")
    if version is None:
        detail = "The version that a GET has returned must be sent."
        raise BadRequest(field="/metadata/version", error_type="required", detail=detail, rule="S5")
    if version != revision_of(row).version:
        raise StaleVersion  # no remedy leaves the version out


def _check_site(tenant: Tenant, state: State, body: Body) -> None:
    """Raise BadRequest for a site that does not exist (D7)."""
    code = body.get("siteCode")
    if code is not None and code not in state.sites and tenant.switches.references == "strict":
        detail = f"No such site; those of this tenant are {', '.join(state.sites)}."
        raise BadRequest(field="/siteCode", error_type="reference", detail=detail, rule="D7")
