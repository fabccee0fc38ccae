"""Schemathesis reads the specs and looks for answers that break them."""
