"""What tests use: `running()` for any test framework, and a plugin for pytest, both imported when they are used."""
