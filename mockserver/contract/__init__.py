"""The OpenAPI files: load and check them, list their operations, judge requests and replies by them."""
