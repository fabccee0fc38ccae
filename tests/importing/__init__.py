"""Worlds from HAR files: what calls say about rows, what is removed, and what is refused."""
