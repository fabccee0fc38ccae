"""Ids, times and an address of the published examples, which the shipped worlds have."""

from __future__ import annotations

GOLDEN, PLATINUM, TOOL_FANS = "628cd20c6e8b2432b6346ca6", "61ge81e13562e22001h6cf456", "628cd20c6e8b2432b6346ca7"
JOHN, JACK = "98029737", "18249883"
SOME_COMPANY, ANOTHER_COMPANY, THIRD_COMPANY = (
    "660af2af69babe3cf6e40771",
    "448gh29h1d0b5453g6346df6",
    "5f2c1d7e9b8a4c3d2e1f0a9b",
)
CUSTOMER_GROUP, EMPLOYEE_GROUP, REGULARS_GROUP = (
    "1gr5e52e-6e27-4ac5-9471-2467d3fb7500",
    "1gr5e52e-6e27-4ac5-9471-2467d3fb7501",
    "1gr5e52e-6e27-4ac5-9471-2467d3fb7502",
)
SUBMITTED_CART = "65141d687308095e25ca0672"  # of an approval
JOHNS_ADDRESS = {
    "contactName": "John Doe",
    "street": "Platz der Republik",
    "streetNumber": "1",
    "zipCode": "11011",
    "city": "Berlin",
    "country": "DE",
}
PUBLISHED_TIME = "2024-10-12T12:00:00.000Z"
PUBLISHED_METADATA = {"createdAt": PUBLISHED_TIME, "modifiedAt": PUBLISHED_TIME, "version": 1}
