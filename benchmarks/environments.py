"""Agent-steps per second of lifelong pathfinding, beside pogema 1.4: same map, agents, radius, collision system and random actions."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np

import stigmergy

AGENTS, SIDE, RADIUS, CYCLES, DENSITY = 64, 32, 5, 256, 0.3
COPIES = 256
SECONDS = 2.0
ROUNDS = 5
PEER = Path(__file__).with_name("peer_pogema.py")


def draw_map(seed: int = 0) -> str:
    """A random map as a drawing, the same for both."""
    walls = np.random.default_rng(seed).random((SIDE, SIDE)) < DENSITY
    return "\n".join("".join("#" if wall else "." for wall in row) for row in walls)


def pogema_python() -> str | None:
    """The Python that has pogema: STIGMERGY_POGEMA_PYTHON, or what `make .venv-pogema` built; None if there is none."""
    given = os.environ.get("STIGMERGY_POGEMA_PYTHON")
    built = Path(__file__).parents[1] / ".venv-pogema" / "bin" / "python"
    return given or (str(built) if built.exists() else None)


def time_pogema(python: str, drawing: str) -> float:
    """Agent-steps per second of pogema."""
    task = {"map": drawing, "num_agents": AGENTS, "obs_radius": RADIUS, "max_cycles": CYCLES, "seconds": SECONDS}
    result = subprocess.run([python, str(PEER)], input=json.dumps(task), capture_output=True, text=True, check=True)
    return json.loads(result.stdout.splitlines()[-1])["agent_steps_per_second"]


def time_batch(drawing: str, threads: int) -> float:
    """Agent-steps per second of COPIES copies on `threads` threads."""
    numba.set_num_threads(threads)
    env = stigmergy.make(
        "pathfinding/lifelong-v0",
        COPIES,
        map=drawing,
        num_agents=AGENTS,
        obs_radius=RADIUS,
        max_cycles=CYCLES,
        collision_system="soft",
    )
    env.reset(0)
    actions = np.random.default_rng(0).integers(0, 5, (32, COPIES, AGENTS))
    return AGENTS * COPIES * _steps_per_second(lambda k: env.step(actions[k % 32]))


def time_pettingzoo(drawing: str) -> float:
    """Agent-steps per second through the plain PettingZoo API."""
    env = stigmergy.parallel_env(
        "pathfinding/lifelong-v0", map=drawing, num_agents=AGENTS, obs_radius=RADIUS, max_cycles=CYCLES
    )
    env.reset(seed=0)
    draws = np.random.default_rng(0).integers(0, 5, (256, AGENTS)).tolist()
    joint_actions = [dict(zip(env.possible_agents, row)) for row in draws]

    def step(k: int) -> None:
        env.step(joint_actions[k % 256])
        if not env.agents:
            env.reset()

    return AGENTS * _steps_per_second(step)


def _steps_per_second(step: Callable[[int], object]) -> float:
    for k in range(3):
        step(k)
    steps = 0
    start = time.perf_counter()
    while (seconds := time.perf_counter() - start) < SECONDS:
        step(steps)
        steps += 1
    return steps / seconds


def measure() -> list[tuple[str, float, float | None]]:
    """Rows of name, agent-steps per second (median over rounds), and ratio to pogema (median of the rounds' ratios, or None)."""
    drawing = draw_map()
    python = pogema_python()
    contestants: dict[str, Callable[[], float]] = {
        "stigmergy, batch, 1 thread": lambda: time_batch(drawing, 1),
        "stigmergy, batch, 2 threads": lambda: time_batch(drawing, min(2, numba.config.NUMBA_NUM_THREADS)),
        "stigmergy, PettingZoo API": lambda: time_pettingzoo(drawing),
    }
    if python:
        contestants = {"pogema 1.4": lambda: time_pogema(python, drawing), **contestants}
    # Round by round, so that a slow minute of the machine meets all of them.
    speeds = {name: np.array([0.0] * ROUNDS) for name in contestants}
    for k in range(ROUNDS):
        for name, contestant in contestants.items():
            speeds[name][k] = contestant()
    peer = speeds.get("pogema 1.4")
    return [
        (name, float(np.median(own)), None if peer is None else float(np.median(own / peer)))
        for name, own in speeds.items()
    ]
