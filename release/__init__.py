"""Build what a release consists of, for people without Python: executables and npm packages."""
