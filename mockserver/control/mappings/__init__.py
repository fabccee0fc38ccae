"""Stubs in WireMock's format: `/__admin/mappings`. Each becomes a fault."""
