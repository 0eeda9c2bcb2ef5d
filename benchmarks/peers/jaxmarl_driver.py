"""Driver that times environments of JaxMARL 0.2.

It reads a JSON task on stdin and prints agent-steps per second. It runs with the Python of the
virtual environment that JaxMARL needs, and imports nothing of stigmergy.

Envs step together in one compiled scan with random actions. Observations are summed so that nothing
is optimized away.
"""

import json
import sys
import time

import jax
import jax.numpy as jnp
from jaxmarl import make

LENGTH = 100


def main() -> None:
    """Play random actions for some seconds."""
    task = json.load(sys.stdin)
    env = make(task["name"])
    num_envs = task["num_envs"]

    def step(carry, _):
        state, key = carry
        key, draws, steps = jax.random.split(key, 3)
        actions = {
            agent: jax.vmap(env.action_space(agent).sample)(jax.random.split(jax.random.fold_in(draws, i), num_envs))
            for i, agent in enumerate(env.agents)
        }
        seen, state, reward, _, _ = jax.vmap(env.step)(jax.random.split(steps, num_envs), state, actions)
        total = sum(jnp.sum(value) for value in seen.values()) + sum(jnp.sum(value) for value in reward.values())
        return (state, key), total

    @jax.jit
    def play(state, key):
        (state, key), totals = jax.lax.scan(step, (state, key), None, length=LENGTH)
        return state, key, totals.sum()

    key = jax.random.PRNGKey(0)
    _, state = jax.vmap(env.reset)(jax.random.split(key, num_envs))
    state, key, total = play(state, key)
    total.block_until_ready()  # compiled
    calls = 0
    start = time.perf_counter()
    while (spent := time.perf_counter() - start) < task["seconds"]:
        state, key, total = play(state, key)
        total.block_until_ready()
        calls += 1
    print(json.dumps({"agent_steps_per_second": calls * LENGTH * num_envs * env.num_agents / spent}))


main()
