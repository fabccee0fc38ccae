"""What the service stores: payment modes."""

from __future__ import annotations

from collections.abc import Iterator

from ...domain.payment_modes import INVOICE, PAYMENT_MODES, PROVIDERS
from ...store.collection import Collection, Sections, Violation
from ...store.row_defaults import copy_field
from ...store.row_schemas import BOOLEAN, ID, METADATA, TEXT, closed_object, describe


def check_mode_codes(world: Sections) -> Iterator[Violation]:
    """Yield the payment modes with a code that an earlier one has (Y1)."""
    earlier: dict[str, str] = {}
    for index, row in enumerate(world.get(PAYMENT_MODES, ())):
        if earlier.setdefault(row["code"], row["id"]) != row["id"]:
            yield f"/{PAYMENT_MODES}/{index}/code", f"payment mode {earlier[row['code']]!r} has this code too"


MODES = Collection(
    name=PAYMENT_MODES,
    description="Ways to pay. Without any, a checkout accepts each.",
    defaults={"code": copy_field("id"), "active": True, "provider": INVOICE, "configuration": {}},
    check=check_mode_codes,
    schema=closed_object(
        {
            "id": describe(ID, "Id of the payment mode, which a checkout names as `modeId`."),
            "code": describe(TEXT, "Code, such as invoice or paypal; the id if left out."),
            "active": describe(BOOLEAN, "Whether storefronts offer it; true if left out."),
            "provider": describe({"enum": list(PROVIDERS)}, "Who handles the payment; INVOICE if left out."),
            "configuration": describe(
                {"type": "object", "additionalProperties": TEXT}, "Settings of the provider, such as its keys."
            ),
            "metadata": METADATA,
        },
        ("id",),
    ),
)

COLLECTIONS = (MODES,)
