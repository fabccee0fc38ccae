"""The server on real sockets, hostile input, and a real browser."""
