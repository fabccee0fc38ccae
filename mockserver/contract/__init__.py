"""The OpenAPI specs: load and check them, compile their operations, validate requests and replies."""
