"""TLS: the certificate authority of this machine, and the certificate of a server."""
