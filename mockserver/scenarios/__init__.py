"""Scenarios: named stories of a world, a clock, faults and a timeline, which a tenant plays."""
