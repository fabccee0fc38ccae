"""WireMock's request patterns: what they say about a request, and its matchers for values."""
