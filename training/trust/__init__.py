"""Agreement to code that comes with a run or a config."""
