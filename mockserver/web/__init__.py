"""HTTP: our own server, from the bytes of a request to those of its response, and the Flask application for WSGI."""
