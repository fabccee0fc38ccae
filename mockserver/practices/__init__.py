"""Emporix standard practices: what works alike in every service, each one a small pure module."""
