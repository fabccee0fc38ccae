"""Addresses of customers: one at most is the default, and each may have tags such as BILLING."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..store.state import Document

ADDRESS_FIELDS = (
    *("contactName", "companyName", "street", "streetNumber", "streetAppendix"),
    *("extraLine1", "extraLine2", "extraLine3", "extraLine4", "zipCode", "city", "state", "contactPhone", "country"),
    *("isDefault", "tags", "mixins"),
)
ADDRESS_ID_DIGITS = 10  # as in the published examples
SHOWN_METADATA = ("version", "mixins")


def settle_default(addresses: Sequence[Document], written_id: str) -> list[Document]:
    """Return addresses of which one at most is the default (B14).

    A written address that is the default replaces another one, and the first address of a customer becomes the default.
    """
    if len(addresses) == 1 and "isDefault" not in addresses[0]:
        return [{**addresses[0], "isDefault": True}]
    written = next(address for address in addresses if address["id"] == written_id)
    if not written.get("isDefault"):
        return list(addresses)
    return [
        {**address, "isDefault": False} if address.get("isDefault") and address["id"] != written_id else address
        for address in addresses
    ]


def address_row(address: Document) -> Document:
    """Return an address as the API shows it."""
    row = {**address, "isDefault": address.get("isDefault", False)}
    if "metadata" in address:
        row["metadata"] = {name: address["metadata"][name] for name in SHOWN_METADATA if name in address["metadata"]}
    return row


def default_address(addresses: Iterable[Document]) -> Document | None:
    """Return the default address, or None."""
    return next((address for address in addresses if address.get("isDefault")), None)


def add_tags(address: Document, tags: Sequence[str]) -> list[str]:
    """Return the tags of an address together with these, each once."""
    return list(dict.fromkeys([*address.get("tags", ()), *tags]))


def drop_tags(address: Document, tags: Sequence[str]) -> list[str]:
    """Return the tags of an address without these."""
    return [tag for tag in address.get("tags", ()) if tag not in tags]


# Where addresses are stored, what of them, how long generated ids are, and what settles the list after a write.
ADDRESS_PARTS = "customers", "addresses", frozenset(ADDRESS_FIELDS), ADDRESS_ID_DIGITS, settle_default
