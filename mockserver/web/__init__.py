"""The server, and the only code that uses Flask."""
