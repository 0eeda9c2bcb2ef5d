"""Lifelong pathfinding beside pogema 1.4.

Map, agents, radius, collision system and random actions are the same.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

import stigmergy
from benchmarks.peers.run import peer_python, time_peer
from benchmarks.speed import SECONDS, batch_speed, in_turn, view_speed

AGENTS, SIDE, RADIUS, CYCLES, DENSITY = 64, 32, 5, 256, 0.3
NUM_ENVS = 256
PEER = "pogema 1.4"


def draw_map(seed: int = 0) -> str:
    """Draw a random map, the same for both."""
    walls = np.random.default_rng(seed).random((SIDE, SIDE)) < DENSITY
    return "\n".join("".join("#" if wall else "." for wall in row) for row in walls)


def measure() -> list[tuple[str, float, float | None]]:
    """Rows of name, agent-steps per second (median over rounds), and ratio to pogema.

    The ratio is the median of the rounds' ratios, or None.
    """
    task: dict[str, Any] = {"map": draw_map(), "num_agents": AGENTS, "obs_radius": RADIUS, "max_cycles": CYCLES}
    batch = stigmergy.make("pathfinding/lifelong-v0", NUM_ENVS, collision_system="soft", **task)
    view = stigmergy.parallel_env("pathfinding/lifelong-v0", **task)
    contestants: dict[str, Callable[[], float]] = {
        "stigmergy, batch, 1 thread": lambda: batch_speed(batch, 1),
        "stigmergy, batch, 2 threads": lambda: batch_speed(batch, 2),
        "stigmergy, PettingZoo API": lambda: view_speed(view),
    }
    if peer_python("pogema"):
        contestants = {PEER: lambda: time_peer("pogema", seconds=SECONDS, **task), **contestants}
    speeds = in_turn(contestants)
    peer = speeds.get(PEER)
    return [
        (name, float(np.median(own)), None if peer is None else float(np.median(own / peer)))
        for name, own in speeds.items()
    ]
