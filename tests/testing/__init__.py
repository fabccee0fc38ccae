"""What tests of other projects use: the pytest plugin, and a simulator in the process of the tests."""
