"""Stable-Baselines3 on our batch, and on the same task through SuperSuit."""

import numpy as np

from benchmarks.peers.run import ask_peer

ID, NUM_ENVS, ROUNDS, ITERATIONS = "swarm/spread-v0", 64, 5, 4
PARTS = {
    "alone": "steps of the env alone, random actions",
    "step": "steps of the env while PPO trains",
    "collect": "PPO's rollouts: stepping and acting",
    "whole": "PPO as a whole: rollouts and learning",
}


def measure() -> list[tuple[str, float, float, float, tuple[float, float]]]:
    """Speeds in agent-steps per second, medians of rounds in which the two take turns.

    Returns:
        a row for each part: its name, our speed, SuperSuit's, the median of the ratios of the
        rounds, and their least and largest.
    """
    speeds = ask_peer("sb3", id=ID, num_envs=NUM_ENVS, rounds=ROUNDS, iterations=ITERATIONS)
    rows = []
    for part, name in PARTS.items():
        ours, theirs = (np.array(speeds[side][part]) for side in ("batch", "supersuit"))
        ratios = ours / theirs
        bounds = float(ratios.min()), float(ratios.max())
        rows.append((name, float(np.median(ours)), float(np.median(theirs)), float(np.median(ratios)), bounds))
    return rows
