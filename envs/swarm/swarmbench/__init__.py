"""The engine of the five tasks of SwarmBench."""
