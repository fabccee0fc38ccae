"""Fault injection, in process and on real sockets."""
