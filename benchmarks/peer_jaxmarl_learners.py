"""Trains with JaxMARL's own baselines, with the Python of the virtual environment they need: reads a JSON task on stdin, prints courses.

The task names the folder of the sources, an `algorithm` (ippo, qmix, or random, which learns nothing), the settings that differ from the baseline's own
config, and the seeds. The baselines report to a module `wandb` after every update; the one that is put in its place notes when. Knows nothing of stigmergy.
"""

import importlib
import json
import sys
import time
import types
from pathlib import Path

import jax
import jax.numpy as jnp
import yaml

TASK = "MPE_simple_spread_v3"
EPISODE = 26
"""Steps of an episode: it ends after the step that begins with 25 steps gone."""
CONFIGS = {"ippo": "IPPO/config/ippo_ff_mpe.yaml", "qmix": "QLearning/config/alg/ql_rnn_mpe.yaml"}


def main() -> None:
    """Compile once, train once for each seed."""
    task = json.load(sys.stdin)
    reports: list[tuple[float, dict]] = []
    recorder = types.ModuleType("wandb")
    recorder.log = lambda metrics: reports.append((time.perf_counter(), metrics))
    sys.modules["wandb"] = recorder
    sys.path.insert(0, task["sources"])
    if task["algorithm"] == "random":
        print(json.dumps(random_play(task["episodes"])))
        return
    config = read_config(task)
    start = time.perf_counter()
    train = jax.jit(build(task["algorithm"], config)).lower(jax.random.PRNGKey(0)).compile()
    compiled = time.perf_counter() - start
    courses = []
    for seed in task["seeds"]:
        reports.clear()
        start = time.perf_counter()
        jax.block_until_ready(train(jax.random.PRNGKey(seed)))
        jax.effects_barrier()
        courses.append(course(start, reports, config))
    print(json.dumps({"compile_seconds": compiled, "courses": courses}))


def read_config(task: dict) -> dict:
    """The baseline's own config, with what the task changes; it plays no test episodes."""
    own = yaml.safe_load((Path(task["sources"]) / "baselines" / CONFIGS[task["algorithm"]]).read_text())
    fixed = {"TEST_DURING_TRAINING": False, "WANDB_MODE": "online", "NUM_SEEDS": 1}
    return {**own, **fixed, **task["settings"]}


def build(algorithm: str, config: dict):
    """The baseline's function that trains."""
    if algorithm == "ippo":
        return importlib.import_module("baselines.IPPO.ippo_ff_mpe").make_train(config)
    qmix = importlib.import_module("baselines.QLearning.qmix_rnn")
    return qmix.make_train(config, qmix.env_from_config(config)[0])


def course(start: float, reports: list[tuple[float, dict]], config: dict) -> dict:
    """Seconds, environment steps and the mean return of an agent's episodes, update by update.

    A report averages, over all steps and copies, the return of the episode that ended last, and its length, each 0 before the first end: the
    quotient is the mean return. Returns are logged times the number of agents.
    """
    update = config["NUM_ENVS"] * config["NUM_STEPS"]
    agents = 3
    returns = [
        float(report["returned_episode_returns"]) * EPISODE / float(report["returned_episode_lengths"]) / agents
        for _, report in reports
    ]
    return {
        "seconds": [moment - start for moment, _ in reports],
        "steps": [(i + 1) * update for i in range(len(reports))],
        "returns": returns,
        "agents": agents,
    }


def random_play(episodes: int) -> dict:
    """Mean return of an agent under uniformly random actions, and its standard error."""
    env = importlib.import_module("jaxmarl").make(TASK)

    def step(carry, _):
        state, key = carry
        key, draws, steps = jax.random.split(key, 3)
        chosen = jax.random.randint(draws, (env.num_agents, episodes), 0, 5)
        actions = dict(zip(env.agents, chosen, strict=True))
        _, state, reward, _, _ = jax.vmap(env.step)(jax.random.split(steps, episodes), state, actions)
        return (state, key), sum(reward.values()) / env.num_agents

    _, state = jax.vmap(env.reset)(jax.random.split(jax.random.PRNGKey(0), episodes))
    _, rewards = jax.lax.scan(step, (state, jax.random.PRNGKey(1)), None, length=EPISODE)
    returns = jnp.sum(rewards, axis=0)
    return {"mean": float(returns.mean()), "error": float(returns.std() / episodes**0.5)}


main()
