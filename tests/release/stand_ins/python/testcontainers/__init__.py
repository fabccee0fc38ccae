"""A stand-in: the library needs Docker."""
