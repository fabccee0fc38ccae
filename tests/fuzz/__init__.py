"""Fuzzing: parsers and entrances get bytes from a fuzzer."""
