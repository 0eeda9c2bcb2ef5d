"""Small experiments which together train every learner and what learners share: networks, masks,
spaces, groups, norms.

A case is a config as users write it. The other revision reads it as well, so it says nothing that
older revisions lack a word for, and words that changed stand in their old form as long as it is
read.
"""

import copy
from typing import Any

Config = dict[str, Any]

SMALL = {"hidden": [8], "channels": [4]}
GRU = SMALL | {"memory": "gru", "memory_size": 6}
TRAINING: Config = {
    "num_envs": 4,
    "rollout_length": 8,
    "total_steps": 3 * 4 * 8,
    "evaluation_interval": 2,
    "evaluation_episodes": 2,
    "checkpoint_interval": 0,
    "tensorboard": False,
    "threads": 1,
    "seed": 1,
}
"""Three updates, one evaluation."""

PPO = {"learning_rate": 3e-3, "epochs": 2, "minibatches": 2}
Q = {"learning_rate": 3e-3, "batch_size": 8, "buffer_size": 1000, "sequence_length": 4, "gradient_steps": 3}
Q |= {"target_interval": 2}
MIXING = {"embedding": 4, "hyper": 6, "channels": [4], "central": 6, "heads": 2}
NORMS = {"hidden": [8], "channels": [4], "alpha": 1.0, "beta": 1.0, "approvals": 32}

LIFELONG = ("pathfinding/lifelong-v0", {"num_agents": 3, "height": 6, "width": 6, "obs_radius": 2, "max_cycles": 10})
MASKED = (LIFELONG[0], LIFELONG[1] | {"mask_walls": True})
STOCHASTIC = ("games/stochastic-v0", {})
TWO_STEP = ("games/two_step-v0", {})
HALLWAY = ("games/hallway-v0", {})
DIFFERENTIAL = ("games/differential-v0", {})
SPREAD = ("swarm/spread-v0", {"max_cycles": 10})
TRACKING = ("pursuit/tracking-v0", {"num_pursuers": 2, "num_targets": 3, "max_cycles": 12})
TAG = ("pursuit/tag-v0", {})
SCENARIO = ("dilemmas/coins_with_tit_for_tat-v0", {"max_cycles": 20})
FINES = ("dilemmas/common_pool-v0", {"max_cycles": 6})
RIVER = """
###########
#RRRRRRRRR#
#P  P P  P#
#AAAAAAAAA#
###########
"""
VIEW = {"left": 2, "right": 2, "forward": 3, "backward": 1}
CLEANUP = ("dilemmas/cleanup-v0", {"map": RIVER, "num_agents": 3, "dirt_chance": 0.1, "max_cycles": 12, "view": VIEW})
EVERYONE = {"network": SMALL | {"sharing": "all", "agent_id": True}}


def _one(task: tuple[str, Config], algorithm: str, *learner: Config) -> Config:
    return _config(task) | {"algorithm": algorithm, "learner": _laid_over(learner)}


def _groups(task: tuple[str, Config], **groups: tuple[str, Config]) -> Config:
    return _config(task) | {
        "learners": {
            group: {"algorithm": name} | ({"learner": learner} if learner else {})
            for group, (name, learner) in groups.items()
        }
    }


def _config(task: tuple[str, Config]) -> Config:
    return {"environment": task[0], "task": task[1], "training": TRAINING}


def _laid_over(config: tuple[Config, ...]) -> Config:
    merged: Config = {"network": SMALL}
    for own in config:
        merged |= own
    return merged


_SUM = {"team_reward": "sum", "mixing": MIXING}
_OBSERVED = {"state": "observations"}

CASES: dict[str, Config] = {
    "ippo, images and masks": _one(MASKED, "ippo", PPO),
    "ippo, GRU shared by all": _one(
        LIFELONG,
        "ippo",
        PPO,
        {"network": GRU | {"sharing": "all", "agent_id": True}, "normalize_value": True, "target_kl": 0.02},
    ),
    "ippo, GRU and a separate critic": _one(MASKED, "ippo", PPO, {"network": GRU | {"separate_critic": True}}),
    "ippo, Box actions": _one(DIFFERENTIAL, "ippo", PPO, {"network": SMALL | {"activation": "tanh"}}),
    "ippo, MultiDiscrete actions": _one(FINES, "ippo", PPO, {"anneal": False, "value_clip": None}),
    "ippo, sets": _one(TRACKING, "ippo", PPO, {"network": SMALL | {"sharing": "all"}}),
    "ippo, beside bots": _one(SCENARIO, "ippo", PPO),
    "dpo": _one(STOCHASTIC, "dpo", PPO),
    "dpo, GRU": _one(MASKED, "dpo", PPO, {"network": GRU}),
    "mappo": _one(SPREAD, "mappo", PPO, {"normalize_value": True}),
    "mappo, GRU and observations as state": _one(
        MASKED, "mappo", PPO, _OBSERVED, {"network": GRU, "critic_sees": "state_and_observation"}
    ),
    "iql": _one(STOCHASTIC, "iql", Q),
    "iql, GRU, masks and last action": _one(
        MASKED, "iql", Q, {"network": GRU | {"last_action": True}, "burn_in": 1, "n_step": 2}
    ),
    "iql, returns by lambda, shared by all": _one(
        HALLWAY, "iql", Q, EVERYONE, {"return_lambda": 0.8, "epsilon_schedule": "exponential", "target_tau": 0.1}
    ),
    "vdn": _one(SPREAD, "vdn", Q, {"team_reward": "mean"}),
    "qmix": _one(TWO_STEP, "qmix", Q, {"mixing": MIXING}),
    "qmix, GRU, masks and observations as state": _one(
        MASKED, "qmix", Q, _SUM, _OBSERVED, {"network": GRU | {"last_action": True}}
    ),
    "qmix, messages of memories": _one(
        LIFELONG, "qmix", Q, _SUM, _OBSERVED, {"network": GRU | {"sharing": "all", "channel": "memory"}}
    ),
    "qmix, mixer by its name": _one(TWO_STEP, "qmix", Q, {"mixer": "monotone", "mixing": MIXING}),
    "qplex": _one(TWO_STEP, "qplex", Q, {"mixing": MIXING}),
    "qplex, weighted": _one(STOCHASTIC, "qplex", Q, {"mixing": MIXING, "weighting": "central"}),
    "wqmix": _one(TWO_STEP, "wqmix", Q, {"mixing": MIXING}),
    "wqmix, GRU": _one(STOCHASTIC, "wqmix", Q, {"mixing": MIXING, "network": GRU}),
    "cnm": _one(CLEANUP, "cnm", PPO, {"norms": NORMS}),
    "cnm, GRU, threshold, others' events": _one(
        CLEANUP, "cnm", PPO, {"network": GRU, "norms": NORMS | {"pseudo_reward": "threshold", "events": "others"}}
    ),
    "cnm, fines of features": _one(FINES, "cnm", PPO, {"norms": NORMS}),
    "cnm_dpo": _one(CLEANUP, "cnm_dpo", PPO, {"norms": NORMS}),
    "cnm_mappo": _one(CLEANUP, "cnm_mappo", PPO, {"norms": NORMS}),
    "two groups, qmix and ippo": _groups(
        TAG,
        predators=("qmix", Q | {"network": SMALL | {"sharing": "all"}, "mixing": MIXING}),
        prey=("ippo", PPO | {"network": SMALL}),
    ),
    "two groups, a script and iql": _groups(TAG, predators=("iql", Q | {"network": SMALL}), prey=("flee", {})),
}


def cases() -> dict[str, Config]:
    """The configs by name, each a copy of its own."""
    return copy.deepcopy(CASES)


def algorithms(config: Config) -> set[str]:
    """The names of all algorithms in a config."""
    groups = config.get("learners", {"": config}).values()
    return {group["algorithm"] for group in groups}
