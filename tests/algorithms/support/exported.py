"""A learner and its exported policy, played side by side in one world."""

from typing import NamedTuple

import numpy as np
import torch

from stigmergy.algorithms.core.learner import Learner
from stigmergy.algorithms.core.policy_graph import PolicyGraph
from stigmergy.algorithms.export.load_policy import Policy
from stigmergy.algorithms.export.policy_file import export_graph, write_policy
from stigmergy.algorithms.ppo.learner import PPO
from stigmergy.algorithms.q_learning.learner import QLearner
from stigmergy.envs.core.timestep import GroupStep

STEPS = 10  # more than an episode of Noise


class Played(NamedTuple):
    """One step of both: what the policies were given, and what they answered."""

    observation: np.ndarray
    mask: np.ndarray | None
    active: np.ndarray
    first: np.ndarray
    action: np.ndarray  # of the learner
    logits: np.ndarray | None  # of the learner, if it is of a family whose networks are known here


def disturb(learner: Learner, seed: int = 0) -> None:
    """Move all weights, so that no part of a network is as small as at the beginning."""
    generator = torch.Generator().manual_seed(seed)

    def moved(value):
        if isinstance(value, dict):
            return {key: moved(inner) for key, inner in value.items()}
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            return value + 0.3 * torch.randn(value.shape, generator=generator)
        return value

    state = learner.state_dict()
    networks = {key: moved(value) for key, value in state.items() if key in ("network", "parts")}
    networks |= {"norms": moved(state["norms"])} if "norms" in state else {}
    learner.load_state_dict(state | networks)


def play(env, learner: Learner, steps: int = STEPS) -> list[Played]:
    """Greedy steps of a learner."""
    played, hidden_state = [], learner.initial_hidden_state(env.num_envs)
    step = env.reset(3)
    for _ in range(steps):
        own = step.groups[learner.group.name]
        kept = [None if part is None else part.copy() for part in (own.observation, own.action_mask, own.active)]
        logits = logits_of(learner, own, hidden_state)
        decision = learner.act(own, hidden_state, greedy=True)
        hidden_state = decision.hidden_state
        played.append(Played(*kept, own.first.copy(), decision.action.copy(), logits))
        step = env.step({learner.group.name: decision.action})
    return played


@torch.no_grad()
def logits_of(learner: Learner, step: GroupStep, hidden_state) -> np.ndarray | None:
    """Outputs of the networks `(envs, n, k)`."""
    if isinstance(learner, PPO):
        outputs, _, _ = learner._forward(learner._inputs(step.observation, step.first, step.active), hidden_state)
        return learner.agent_axis.merge(outputs).numpy()
    if isinstance(learner, QLearner):
        inputs = [torch.from_numpy(part.copy())[None] for part in (step.observation, step.first, step.active)]
        return learner.network(inputs[0], hidden_state, *inputs[1:])[0][0].numpy()
    return None


def replay(policy: Policy, played: list[Played]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Actions and logits of an exported policy for the same inputs."""
    answers, hidden_state = [], None
    for step in played:
        if hidden_state is not None:
            hidden_state = np.where(step.first[:, None, None], 0, hidden_state)
        action, logits, hidden_state = policy.act(step.observation, step.mask, hidden_state, step.active)
        answers.append((action, logits))
    return answers


def export(learner: Learner, path, change=lambda graph: None) -> PolicyGraph:
    """Write a learner's policy to a file; `change` may alter the graph before."""
    graph = export_graph(learner)
    change(graph)
    path.write_bytes(write_policy({learner.group.name: graph}, {}))
    return graph
