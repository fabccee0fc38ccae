"""Checks of the whole: layers, names, rules, the reference model, concurrency, fuzzing, conformance and packaging."""
