"""Play random actions in JaxMARL's coin game, without importing stigmergy.

Reads `{"steps", "cases"}` as JSON, writes a list of traces.

A case is {"seed", "options": arguments of CoinGame}. A trace is that, and "players", "coins":
[[row, column] of red, of blue] at the start and after every step, "actions", "rewards": [red's,
blue's] of every step, "seen": what red and what blue sees at the start and after every step, as a
string of 36 digits in the order of the observation (row, column, channel).
"""

import json
import sys
from typing import Any

import jax
import numpy as np
from jaxmarl.environments.coin_game import CoinGame


def play(case: dict[str, Any], steps: int) -> dict[str, Any]:
    """One course, within one inner episode: JaxMARL does not pay the last step of those."""
    env = CoinGame(num_inner_steps=steps + 1, **case["options"])
    seen, state = env.reset(jax.random.PRNGKey(case["seed"]))
    actions = np.random.default_rng(case["seed"]).integers(5, size=(steps, 2))
    step = jax.jit(env.step_env)
    course: dict[str, Any] = {"players": [], "coins": [], "seen": [], "rewards": [], "actions": actions.tolist()}
    for k in range(steps + 1):
        if k > 0:
            joint = dict(zip(env.agents, actions[k - 1]))
            seen, state, reward, _, _ = step(jax.random.PRNGKey(1000 * case["seed"] + k), state, joint)
            course["rewards"].append([float(reward[agent]) for agent in env.agents])
        course["players"].append([np.asarray(state.red_pos).tolist(), np.asarray(state.blue_pos).tolist()])
        course["coins"].append([np.asarray(state.red_coin_pos).tolist(), np.asarray(state.blue_coin_pos).tolist()])
        course["seen"].append(["".join(str(int(bit)) for bit in np.asarray(seen[agent])) for agent in env.agents])
    return case | course


if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    print(json.dumps([play(case, wanted["steps"]) for case in wanted["cases"]]))
