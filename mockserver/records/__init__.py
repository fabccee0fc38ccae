"""What is recorded of each request, by tenant, before its response is sent."""
