"""Services of the tests' own, as a user would add them; CONTRIBUTING.md shows the files."""
