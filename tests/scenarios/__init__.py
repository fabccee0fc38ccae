"""Scenarios: the shipped ones, the language, and how they start, go on and end."""
