"""Kernels of tasks in the plane: particles, neighbours and geometry."""
