"""What was called and what became of it: kept for each tenant, before the reply leaves."""
