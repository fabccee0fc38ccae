"""What is stored: the tenants of a world, their states, tables and clocks, and the declarations of resources."""
