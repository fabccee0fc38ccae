"""Fault injection: which calls a fault applies to, and what happens to them."""
