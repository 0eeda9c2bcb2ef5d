"""Speed of every registered task with its default parameters.

The table has the speed in batches, the memory of an env, and the available peers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import stigmergy
from benchmarks.peers.run import peer_python, time_peer
from benchmarks.speed import batch_speed, bytes_per_env, in_turn, view_speed
from stigmergy.envs.registration.registry import environments

NUM_ENVS = 1024
SOCIALJAX_NUM_ENVS = 64
"""Envs of SocialJax that step together; its states and observations are large."""
ROUNDS, SHORT = 3, 1.0
LARGEST = 2**31
"""Most bytes of a batch; tasks with larger envs get fewer of them."""

# Task id to its peers: the package that runs it, and the arguments of its script.
PEERS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "pursuit/evaders-v0": [("pettingzoo", {"module": "pettingzoo.sisl.pursuit_v5"})],
    "pursuit/tag-v0": [
        ("pettingzoo", {"module": "mpe2.simple_tag_v3"}),
        ("jaxmarl", {"name": "MPE_simple_tag_v3", "num_envs": NUM_ENVS}),
    ],
    "swarm/spread-v0": [
        ("pettingzoo", {"module": "mpe2.simple_spread_v3"}),
        ("jaxmarl", {"name": "MPE_simple_spread_v3", "num_envs": NUM_ENVS}),
    ],
    "dilemmas/cleanup-v0": [
        ("meltingpot", {"substrate": "clean_up"}),
        ("socialjax", {"name": "clean_up", "options": {"num_agents": 7}, "num_envs": SOCIALJAX_NUM_ENVS}),
    ],
    "dilemmas/harvest-v0": [
        ("meltingpot", {"substrate": "commons_harvest__open"}),
        ("socialjax", {"name": "harvest_common_open", "options": {"num_agents": 7}, "num_envs": SOCIALJAX_NUM_ENVS}),
    ],
    "dilemmas/allelopathic_harvest-v0": [("meltingpot", {"substrate": "allelopathic_harvest__open"})],
    "dilemmas/coins-v0": [("meltingpot", {"substrate": "coins"})],
    "dilemmas/in_the_matrix-v0": [("meltingpot", {"substrate": "prisoners_dilemma_in_the_matrix__repeated"})],
    "dilemmas/coin_game-v0": [
        ("socialjax", {"name": "coin_game", "num_envs": SOCIALJAX_NUM_ENVS}),
        ("jaxmarl", {"name": "coin_game", "num_envs": NUM_ENVS}),
    ],
}


@dataclass(frozen=True)
class Row:
    """Measurements of one task; speeds are medians of agent-steps per second."""

    id: str
    agents: int
    num_envs: int
    bytes: int
    one_thread: float
    two_threads: float
    view: float
    peers: dict[str, tuple[float, float]]
    """Peer to its speed and the ratio of our batch on two threads to it (median over rounds)."""


def our_tasks() -> list[str]:
    """Ids of the tasks that come with the package."""
    return [entry.name for entry in environments if str(entry.target).startswith("stigmergy.")]


def measure(id: str, **parameters: Any) -> Row:
    """Measure one task; the row names parameters other than the defaults."""
    size = bytes_per_env(id, **parameters)
    num_envs = int(min(NUM_ENVS, max(1, LARGEST // size)))
    batch, view = stigmergy.make(id, num_envs, **parameters), stigmergy.parallel_env(id, **parameters)
    contestants: dict[str, Callable[[], float]] = {
        "one": lambda: batch_speed(batch, 1, SHORT),
        "two": lambda: batch_speed(batch, 2, SHORT),
        "view": lambda: view_speed(view, SHORT),
    }
    for peer, task in PEERS.get(id, []):
        if peer_python(peer):
            label = task.get("module", peer).split(".")[-1]
            contestants[label] = lambda peer=peer, task=task: time_peer(peer, seconds=SHORT, **task)
    speeds = in_turn(contestants, ROUNDS)
    medians = {name: float(np.median(own)) for name, own in speeds.items()}
    peers = {
        name: (medians[name], float(np.median(speeds["two"] / speeds[name])))
        for name in speeds
        if name not in ("one", "two", "view")
    }
    name = " ".join([id, *(f"{key}={value}" for key, value in parameters.items())])
    speeds_of_ours = medians["one"], medians["two"], medians["view"]
    return Row(name, batch.spec.num_agents, num_envs, size, *speeds_of_ours, peers)
