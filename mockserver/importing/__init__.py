"""Worlds from recorded calls: a browser's HAR file is read, and what its calls show becomes rows."""
