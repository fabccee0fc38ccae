"""The state of a tenant: its collections, and single rows of them."""
