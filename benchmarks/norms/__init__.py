"""Benchmarks of the norm learners: `python -m benchmarks.norms`."""
