"""Speed beside peers, and results of long learning runs.

`python -m benchmarks` prints the table of speeds.
"""
