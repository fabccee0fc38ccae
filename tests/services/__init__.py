"""Tests of each simulated service through its API: segments, customers, catalogue, sites, logins and access."""
