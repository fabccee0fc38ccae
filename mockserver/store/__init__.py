"""What a stored resource is: its key, its references, its schema in world files, and where the state keeps it."""
