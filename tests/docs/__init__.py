"""README and docs: their commands run, and their promises are checked."""
