"""Times JaxMARL's learners, with the Python of the virtual environment they need: reads a JSON task on stdin, prints speed and learning curve.

Reads a checkout of JaxMARL from the folder STIGMERGY_JAXMARL_BASELINES, and changes nothing in it but where it logs: wandb would phone home, and
what it is given after each update is the learning curve. Knows nothing of stigmergy.
"""

import importlib
import json
import os
import sys
import time
from unittest.mock import MagicMock

import jax
import yaml

AGENTS = 3
EPISODE = 26  # steps: JaxMARL counts from 0 up to and with its limit of 25
IPPO = {
    "UPDATE_EPOCHS": 4, "NUM_MINIBATCHES": 4, "GAMMA": 0.99, "GAE_LAMBDA": 0.95, "CLIP_EPS": 0.2, "ENT_COEF": 0.01, "VF_COEF": 0.5,
    "MAX_GRAD_NORM": 0.5, "ACTIVATION": "tanh", "ENV_NAME": "MPE_simple_spread_v3", "ENV_KWARGS": {}, "ANNEAL_LR": True,
}  # fmt: skip
"""baselines/IPPO/config/ippo_ff_mpe.yaml; learning rate, copies and steps come with the task."""


def ippo(task):
    """Its trainer, and how it logs the mean return of an agent."""
    module = importlib.import_module("baselines.IPPO.ippo_ff_mpe")
    config = IPPO | {
        "LR": task["learning_rate"], "NUM_ENVS": task["copies"], "NUM_STEPS": task["length"], "TOTAL_TIMESTEPS": task["steps"]
    }  # fmt: skip
    # The log is the mean over all steps of the return of the episode that ended last, times the number of agents, and 0 before one ended.
    return module.make_train(config), lambda log, k: (
        float(log["returned_episode_returns"]) / AGENTS if k * task["length"] >= EPISODE else None
    )


def qmix(task):
    """The same; the log is the mean over an episode's steps of a return that stands in its last alone."""
    module = importlib.import_module("baselines.QLearning.qmix_rnn")
    folder = os.environ["STIGMERGY_JAXMARL_BASELINES"]
    with open(f"{folder}/baselines/QLearning/config/alg/ql_rnn_mpe.yaml") as file:
        config = yaml.safe_load(file)
    config |= {
        "NUM_ENVS": task["copies"],
        "NUM_STEPS": task["length"],
        "TOTAL_TIMESTEPS": task["steps"],
        "TEST_DURING_TRAINING": False,  # 15,360 steps each time, which would count against it
        "WANDB_MODE": "online",
    }
    env, _ = module.env_from_config(dict(config))
    return module.make_train(config, env), lambda log, k: (
        float(log["returned_episode_returns"]) / float(log["returned_episode"]) / AGENTS
    )


def main() -> None:
    """Train once, compiled beforehand."""
    task = json.load(sys.stdin)
    log: list[tuple[float, float]] = []
    wandb = MagicMock()
    sys.modules |= {"wandb": wandb, "hydra": MagicMock(), "omegaconf": MagicMock()}
    sys.path.insert(0, os.environ["STIGMERGY_JAXMARL_BASELINES"])
    train, read = {"ippo": ippo, "qmix": qmix}[task["algorithm"]](task)
    start = time.perf_counter()
    train = jax.jit(train).lower(jax.random.PRNGKey(task["seed"])).compile()
    compiled = time.perf_counter()
    given = []
    # Numbers are read after the run: reading one waits for it.
    wandb.log = lambda metrics: given.append((time.perf_counter() - compiled, metrics))
    jax.block_until_ready(train(jax.random.PRNGKey(task["seed"])))
    jax.effects_barrier()
    seconds = time.perf_counter() - compiled
    for k, (moment, metrics) in enumerate(given):
        value = read(metrics, k)
        if value is not None:
            log.append((moment, value))
    updates = int(task["steps"]) // task["length"] // task["copies"]
    print(
        json.dumps(
            {
                "agent_steps_per_second": AGENTS * updates * task["length"] * task["copies"] / seconds,
                "compile_seconds": compiled - start,
                "curve": log,
            }
        )
    )


main()
