"""World files, and the state that a tenant starts from."""
