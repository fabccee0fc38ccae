"""The `q` language: its syntax, how it is evaluated, and compound queries."""
