"""The dimensions of coverage: how reports call each, and what it is in words."""

COVERAGE_DIMENSIONS = {
    "operations": "operations",
    "statuses": "documented statuses",
    "parameters": "query and header parameters",
    "bodyProperties": "body properties",
    "enumValues": "enum values",
    "scopes": "scopes",
    "elements": "codes of bulk elements",
}
