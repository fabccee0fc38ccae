"""Accounts of customers: who has an e-mail, and what a request says about a customer's details (B12, B13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import BadRequest, Conflict
from ..store.ids import Ids
from ..store.state import Document, State
from .customer_profile import PROFILE_FIELDS

Details = Mapping[str, Any]  # as in a request
NUMBER_DIGITS = 8
REQUIRED_OF_COMPANIES = ("firstName", "lastName", "company")
NAMES = ("firstName", "lastName")  # that every stored customer has


def find_customer(state: State, email: str) -> Document | None:
    """Return the customer who logs in with this e-mail, ignoring case; no two customers share one."""
    folded_email = email.casefold()
    candidates = (customer for customer in state.customers.values() if customer["email"].casefold() == folded_email)
    return next(candidates, None)


def require_free_email(state: State, email: str) -> None:
    """Raise Conflict if a customer logs in with this e-mail (B12)."""
    if find_customer(state, email) is not None:
        raise Conflict("A customer has an account with this e-mail.", rule="B12")


def generate_number(ids: Ids, state: State) -> str:
    """Return the number of a new customer: eight decimal digits that no customer has."""
    lowest = 10 ** (NUMBER_DIGITS - 1)
    while (number := str(lowest + int(ids.next_hex(NUMBER_DIGITS), 16) % (9 * lowest))) in state.customers:
        pass
    return number


def build_customer(
    account: Document, details: Details, place: str = "", more_fields: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return a new customer with the details and mixins of a request; errors and parameters as in `apply_details`."""
    mixins = {} if details.get("mixins") is None else {"mixins": details["mixins"]}
    return apply_details(account, details, place, more_fields) | mixins


def apply_details(
    customer: Document, details: Details, place: str = "", more_fields: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return a customer with the details that a request has; null removes one. BadRequest (B13).

    place: JSON pointer to the details in the body. more_fields: those that this caller may change too.
    """
    changed = dict(customer)
    names = (*PROFILE_FIELDS, "contactEmail", *more_fields)
    given = {name: details[name] for name in names if name in details}
    if "b2b" in details:
        given["companyRegistrationId"] = (details["b2b"] or {}).get("companyRegistrationId")
    if given.get("contactEmail", "") is None:
        detail = "A contact e-mail can be changed, but not removed."
        raise BadRequest(field=f"{place}/contactEmail", error_type="readOnly", detail=detail, rule="B13")
    for name, value in given.items():
        if value is not None:
            changed[name] = value
        else:
            changed.pop(name, None)
    if changed.get("contactEmail") == changed["email"]:
        del changed["contactEmail"]
    if given.get("companyRegistrationId"):
        _check_company(changed, place)
    return {**dict.fromkeys(NAMES, ""), **changed}


def _check_company(customer: Document, place: str) -> None:
    """Raise BadRequest if a customer with the number of a company lacks its name or a name of their own (B13)."""
    missing = next((name for name in REQUIRED_OF_COMPANIES if not customer.get(name)), None)
    if missing is not None:
        detail = f"A customer with b2b.companyRegistrationId needs {', '.join(REQUIRED_OF_COMPANIES)}."
        raise BadRequest(field=f"{place}/{missing}", error_type="required", detail=detail, rule="B13")
