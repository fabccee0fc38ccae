"""From calls to rules and back: a handler for each operationId, a module for each kind of resource."""
