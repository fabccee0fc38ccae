"""HTTP: our own server, the road from bytes to a response and back, and the Flask application for everyone else."""
