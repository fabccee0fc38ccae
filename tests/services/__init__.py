"""What clients of each simulated service see: segments, customers, catalogue, sites, logins, and who may do what."""
