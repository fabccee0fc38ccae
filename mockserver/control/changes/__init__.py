"""What changed in the state of a tenant, in sentences and as data."""
