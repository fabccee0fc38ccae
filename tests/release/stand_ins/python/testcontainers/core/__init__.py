"""The parts that the example imports."""
