"""The contract of environments: BatchEnv, its spec, its time steps, and what all tasks share."""
