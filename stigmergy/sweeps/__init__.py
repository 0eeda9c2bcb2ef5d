"""Sweeps: many runs of one config over seeds and grids, on this machine or in a job array."""
