"""Speed, side by side with peers, and results of long learning runs. `python -m benchmarks` prints the table of speeds."""
