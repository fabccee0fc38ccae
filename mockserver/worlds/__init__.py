"""World files: read strictly, checked against a schema, generated with Faker, built into the first state."""
