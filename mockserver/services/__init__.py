"""The simulated services: a folder each, with the rules and the handlers that name an operationId."""
