"""Kernels of grid tasks: moves, windows, search and wide copies."""
