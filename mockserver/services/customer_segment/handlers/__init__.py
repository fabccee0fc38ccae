"""Handlers of the segment service: from a call to a rule and back."""
