"""Driver that times an environment of SocialJax.

It reads a JSON task on stdin and prints agent-steps per second. It runs with the Python of an
environment that has JAX, and imports nothing of stigmergy.

SocialJax is read from the checkout in STIGMERGY_SOCIALJAX. Envs step together in one compiled scan
with random actions. Observations are summed so that nothing is optimized away.
"""

import json
import os
import sys
import time

sys.path.insert(0, os.environ["STIGMERGY_SOCIALJAX"])

import jax
import jax.numpy as jnp
import socialjax

LENGTH = 50


def main() -> None:
    """Play random actions for some seconds."""
    task = json.load(sys.stdin)
    env = socialjax.make(task["name"], **task.get("options", {}))
    num_envs, agents = task["num_envs"], env.num_agents

    def step(carry, _):
        state, key = carry
        key, draws, steps = jax.random.split(key, 3)
        actions = jax.random.randint(draws, (agents, num_envs), 0, env.action_space(0).n)
        seen, state, reward, _, _ = jax.vmap(env.step)(jax.random.split(steps, num_envs), state, list(actions))
        total = sum(jnp.sum(leaf.astype(jnp.float32)) for leaf in jax.tree.leaves((seen, reward)))
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
    print(json.dumps({"agent_steps_per_second": calls * LENGTH * num_envs * agents / spent}))


main()
