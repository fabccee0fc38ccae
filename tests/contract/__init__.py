"""Requests and responses against the OpenAPI contract: statuses, refusals and validation."""
