"""Schemathesis generates requests from the specs and looks for responses that violate them."""
