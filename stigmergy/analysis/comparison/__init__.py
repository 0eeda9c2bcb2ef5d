"""Comparison of runs over seeds."""
