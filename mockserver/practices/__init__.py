"""The vendor's standard practices: what all services do the same way, in small pure modules."""
