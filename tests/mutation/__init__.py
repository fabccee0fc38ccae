"""Mutation tests: the code is changed in one small place at a time, and a test should fail each time."""
