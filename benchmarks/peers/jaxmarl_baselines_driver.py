"""Driver of JaxMARL's own baselines.

It reads a JSON task on stdin and prints speeds and learning curves. It runs with the Python of the
virtual environment that JaxMARL needs, and imports nothing of stigmergy.

The checkout of JaxMARL is in the folder STIGMERGY_JAXMARL_BASELINES. Only its logging is replaced:
wandb would open a connection, and the values logged after each update are the learning curve. With
`algorithm: random` nothing is learnt.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path
from unittest.mock import MagicMock

import jax
import yaml

TASK = "MPE_simple_spread_v3"
AGENTS = 3
EPISODE = 26  # steps: JaxMARL counts from 0 up to and with its limit of 25
SOURCES = Path(os.environ["STIGMERGY_JAXMARL_BASELINES"])
CONFIGS = {"ippo": "IPPO/config/ippo_ff_mpe.yaml", "qmix": "QLearning/config/alg/ql_rnn_mpe.yaml"}


def main() -> None:
    """Compile once, then train once for each seed."""
    task = json.load(sys.stdin)
    given: list[tuple[float, dict]] = []
    wandb = MagicMock()
    wandb.log = lambda metrics: given.append((time.perf_counter(), metrics))
    sys.modules |= {"wandb": wandb, "hydra": MagicMock(), "omegaconf": MagicMock()}
    sys.path.insert(0, str(SOURCES))
    if task["algorithm"] == "random":
        print(json.dumps(random_play(task["episodes"])))
        return
    config = read_config(task)
    start = time.perf_counter()
    train = jax.jit(build(task["algorithm"], config)).lower(jax.random.PRNGKey(0)).compile()
    compiled = time.perf_counter() - start
    runs = []
    for seed in task["seeds"]:
        given.clear()
        start = time.perf_counter()
        jax.block_until_ready(train(jax.random.PRNGKey(seed)))
        jax.effects_barrier()
        seconds = time.perf_counter() - start
        # Values are read after the run, because reading one waits for it.
        curve = [(moment - start, mean_return(log)) for moment, log in given]
        steps = len(given) * config["NUM_ENVS"] * config["NUM_STEPS"]
        runs.append({"agent_steps": AGENTS * steps, "seconds": seconds, "curve": curve})
    print(json.dumps({"compile_seconds": compiled, "runs": runs}))


def read_config(task: dict) -> dict:
    """Read the baseline's own config, with the sizes and the learning rate of the task."""
    own = yaml.safe_load((SOURCES / "baselines" / CONFIGS[task["algorithm"]]).read_text())
    return own | {
        "LR": task["learning_rate"],
        "NUM_ENVS": task["num_envs"],
        "NUM_STEPS": task["length"],
        "TOTAL_TIMESTEPS": task["steps"],
        "TEST_DURING_TRAINING": False,  # 15,360 steps each time, which would count against it
        "WANDB_MODE": "online",
    }


def build(algorithm: str, config: dict):
    """Build the baseline's training function."""
    if algorithm == "ippo":
        return importlib.import_module("baselines.IPPO.ippo_ff_mpe").make_train(config)
    module = importlib.import_module("baselines.QLearning.qmix_rnn")
    return module.make_train(config, module.env_from_config(dict(config))[0])


def mean_return(log: dict) -> float:
    """Mean return of an agent's episode.

    The log holds means over the steps of an update: of the return of the last ended episode, times
    the number of agents, and of that episode's length. Both are 0 before an episode ended, or, in
    QMIX, at steps at which none just ended.
    """
    return float(log["returned_episode_returns"]) * EPISODE / float(log["returned_episode_lengths"]) / AGENTS


def random_play(episodes: int) -> dict:
    """Mean return of an agent under uniformly random actions, and its standard error."""
    env = importlib.import_module("jaxmarl").make(TASK)

    def step(carry, _):
        state, key = carry
        key, draws, steps = jax.random.split(key, 3)
        actions = dict(zip(env.agents, jax.random.randint(draws, (AGENTS, episodes), 0, 5), strict=True))
        _, state, reward, _, _ = jax.vmap(env.step)(jax.random.split(steps, episodes), state, actions)
        return (state, key), sum(reward.values()) / AGENTS

    _, state = jax.vmap(env.reset)(jax.random.split(jax.random.PRNGKey(0), episodes))
    _, rewards = jax.lax.scan(step, (state, jax.random.PRNGKey(1)), None, length=EPISODE)
    returns = rewards.sum(axis=0)
    return {"mean": float(returns.mean()), "error": float(returns.std()) / episodes**0.5}


main()
