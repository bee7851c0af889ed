"""Seeded faults: each must turn a named test red. Run with `python -m tests.mutants`."""
