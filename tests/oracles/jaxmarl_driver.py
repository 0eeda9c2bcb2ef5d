"""Play random actions in JaxMARL's MPE tasks, without importing stigmergy.

Reads `{"steps", "seeds"}` as JSON, writes a list of traces.

A trace: {"task", "seed", "agents": names, "landmarks": l, "start": [[x, y] of agents, then
landmarks], "actions": [[one an agent] a step], "position", "velocity": [[[x, y] an agent] a step],
"reward": [[one an agent] a step]}.
"""

import json
import sys
from typing import Any

import jax
import numpy as np
from jaxmarl import make

TASKS = {"spread": "MPE_simple_spread_v3", "tag": "MPE_simple_tag_v3"}


def play(task: str, seed: int, steps: int) -> dict[str, Any]:
    """One course; `step_env` begins no new episode at the limit of steps."""
    env = make(TASKS[task])
    _, state = env.reset(jax.random.PRNGKey(seed))
    n = env.num_agents
    actions = np.random.default_rng(seed).integers(5, size=(steps, n))
    course = {
        "task": task,
        "seed": seed,
        "agents": list(env.agents),
        "start": np.asarray(state.p_pos, float).tolist(),
        "actions": actions.tolist(),
        "position": [],
        "velocity": [],
        "reward": [],
    }
    step = jax.jit(env.step_env)
    for k in range(steps):
        key = jax.random.PRNGKey(k)
        _, state, reward, _, _ = step(key, state, dict(zip(env.agents, actions[k])))
        course["position"].append(np.asarray(state.p_pos[:n], float).tolist())
        course["velocity"].append(np.asarray(state.p_vel[:n], float).tolist())
        course["reward"].append([float(reward[agent]) for agent in env.agents])
    return course


if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    courses = [play(task, seed, wanted["steps"]) for task in TASKS for seed in wanted["seeds"]]
    print(json.dumps(courses))
