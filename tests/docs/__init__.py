"""README and docs: tests run their commands and check their promises."""
