"""World files: strict reading, checks, generation with Faker, and the state that tenants start from."""
