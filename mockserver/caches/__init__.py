"""Caches of what is derived from immutable objects."""
