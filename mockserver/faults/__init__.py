"""Faults on order: which calls they meet, and what becomes of those."""
