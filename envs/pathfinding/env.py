"""Pathfinding as a batched environment: one engine, two tasks."""
