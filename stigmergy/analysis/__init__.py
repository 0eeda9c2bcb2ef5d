"""Measures over episodes: Schelling diagrams and counts of sanctions."""
