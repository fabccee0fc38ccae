"""What is recorded of each request: the journal and findings."""
