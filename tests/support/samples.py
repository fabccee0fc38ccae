"""Ids and documents of the default world. Tests share them: each name has one meaning everywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mockserver.resources import data_folder
from mockserver.services import collections_of, import_services
from mockserver.strict_yaml import load_yaml
from mockserver.worlds.loading import WorldLibrary
from tests.support.specs import list_scopes

# The shipped worlds.
WORLDS = WorldLibrary(data_folder("fixtures"), collections_of(import_services()))

# The default world, as its file has it.
DEFAULT: dict[str, Any] = load_yaml((data_folder("fixtures") / "default.yaml").read_text())

# Scopes of the administrator: all that the specs declare, except those that end in _own.
ADMIN_SCOPES = tuple(sorted(scope for scope in list_scopes() if not scope.endswith("_own")))

# Segments.
GOLDEN = "628cd20c6e8b2432b6346ca6"
PLATINUM = "61ge81e13562e22001h6cf456"
TOOL_FANS = "628cd20c6e8b2432b6346ca7"

# Products.
HAMMER, SCREWDRIVER = "12468504", "12849186"

# Customers.
JOHN, JACK = "98029737", "18249883"

# Legal entities: John is a contact of the first and the third, Jack of the other one.
COMPANY = "660af2af69babe3cf6e40771"
ANOTHER_COMPANY = "448gh29h1d0b5453g6346df6"
THIRD_COMPANY = "5f2c1d7e9b8a4c3d2e1f0a9b"

# IAM groups: John is in one that is bound to the first legal entity and assigned to GOLDEN, Jack in one that is bound
# to none and assigned to PLATINUM; another is for employees. MANAGER is a customer in MANAGERS, who belongs to no
# published segment and to no legal entity.
COMPANY_GROUP = "1gr5e52e-6e27-4ac5-9471-2467d3fb7500"
EMPLOYEES = "1gr5e52e-6e27-4ac5-9471-2467d3fb7501"
REGULARS = "1gr5e52e-6e27-4ac5-9471-2467d3fb7502"
MANAGERS, MANAGER = "18916416a7f11a85b534e993", "20000019"

# Paths below a tenant's segments: an assigned item, an item that is not assigned yet, and a bulk of items.
ITEM = f"/{GOLDEN}/items/PRODUCT/{HAMMER}"
NEW_ITEM = f"/{TOOL_FANS}/items/PRODUCT/{HAMMER}"
ITEM_BULK = f"/{GOLDEN}/items/PRODUCT/bulk"

# The mixin schema of a segment's attributes.
ATTRIBUTES = "https://res.cloudinary.com/saas-ag/raw/upload/v1600077014/schemata/segmentAttributes_v1.json"

# Error bodies: the gateway's for a bad token, the segment service's for a missing scope.
INVALID_TOKEN = {
    "fault": {"faultstring": "Invalid access token", "detail": {"errorcode": "oauth.v2.InvalidAccessToken"}}
}
EXPIRED_TOKEN = {
    "fault": {
        "faultstring": "Access Token expired",
        "detail": {"errorcode": "keymanagement.service.access_token_expired"},
    }
}
FORBIDDEN = {
    "code": 403,
    "status": "Forbidden",
    "message": "The access to the requested resource has been forbidden by the server.",
}


def write_default_world(where: Path, **sections: Any) -> str:
    """Write a copy of the default world with other sections; return its path."""
    path = where / "world.yaml"
    unchanged = {name: section for name, section in DEFAULT.items() if name != "mixinSchemas"}
    path.write_text(json.dumps(unchanged | sections))  # JSON is YAML too
    return str(path)
