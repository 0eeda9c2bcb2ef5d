"""A trainer's loop in few lines, for tests that need rollouts and nothing else."""

from dataclasses import replace

from stigmergy.algorithms.core.learner import Context, Learner
from stigmergy.algorithms.core.rollout import Rollout
from stigmergy.algorithms.ppo.dpo import DPO
from stigmergy.algorithms.ppo.ippo import IPPO, IPPOConfig
from stigmergy.algorithms.ppo.mappo import MAPPO
from stigmergy.algorithms.ppo.networks import NetworkConfig
from stigmergy.envs.core.env import BatchEnv
from stigmergy.envs.core.timestep import GroupStep, TimeStep
from stigmergy.training.rollout_buffer import RolloutBuffer

SMALL = NetworkConfig(hidden=(16,), channels=(4,), memory_size=8)


def config(network: NetworkConfig = SMALL, **options) -> IPPOConfig:
    """Small networks, and a learning rate that stays as it is."""
    return IPPOConfig(network=network, **{"learning_rate": 3e-3, "anneal": False, **options})


def ippo(env: BatchEnv, seed: int = 0, num_updates: int = 1, network: NetworkConfig = SMALL, **options) -> IPPO:
    """IPPO for the one group of `env`."""
    context = Context(env.spec, env.spec.groups[0], seed=seed, num_updates=num_updates)
    return IPPO(context, config(network, **options))


def dpo(env: BatchEnv, seed: int = 0, num_updates: int = 1, network: NetworkConfig = SMALL, **options) -> DPO:
    """DPO for the one group of `env`, with IPPO's epochs, minibatches and gradient norm."""
    context = Context(env.spec, env.spec.groups[0], seed=seed, num_updates=num_updates)
    as_ippo = {"learning_rate": 3e-3, "anneal": False, "epochs": 4, "minibatches": 4, "max_grad_norm": 0.5}
    return DPO(context, DPO.Config(network=network, **{**as_ippo, **options}))


def mappo(env: BatchEnv, seed: int = 0, num_updates: int = 1, network: NetworkConfig = SMALL, **options) -> MAPPO:
    """MAPPO for the one group of `env`."""
    context = Context(env.spec, env.spec.groups[0], seed=seed, num_updates=num_updates)
    return MAPPO(context, MAPPO.Config(network=network, **{"learning_rate": 3e-3, "anneal": False, **options}))


def small(**changes) -> NetworkConfig:
    """SMALL with changes."""
    return replace(SMALL, **changes)


def only(step: GroupStep, agent: int) -> GroupStep:
    """One agent's part of a step."""
    one = slice(agent, agent + 1)
    own = {name: getattr(step, name)[:, one] for name in ("observation", "reward", "terminated", "active")}
    return step._replace(action_mask=None if step.action_mask is None else step.action_mask[:, one], **own)


class Collector:
    """Plays one learner in one environment and hands out rollouts, each in arrays of its own."""

    def __init__(self, env: BatchEnv, learner: Learner, length: int, seed: int = 0):
        self.env, self.learner, self.length = env, learner, length
        self.name = env.spec.groups[0].name
        self.step: TimeStep = env.reset(seed)
        self.hidden_state = learner.initial_hidden_state(env.num_envs)

    def collect(self, watch=None) -> Rollout:
        """The next rollout. `watch(t, group_step, decision)` is called at every decision."""
        buffer = RolloutBuffer(
            self.env.spec, self.learner.group, self.env.num_envs, self.length, self.learner.information
        )
        before = self.hidden_state
        for t in range(self.length):
            buffer.see(t, self.step)
            decision = self.learner.act(self.step.groups[self.name], self.hidden_state)
            if watch is not None:
                watch(t, self.step.groups[self.name], decision)
            self.hidden_state = decision.hidden_state
            self.step = self.env.step({self.name: decision.action})
            buffer.follow(t, decision, self.step)
        buffer.see(self.length, self.step)
        return buffer.rollout(before, self.hidden_state)


def train(
    env: BatchEnv, learner: Learner, length: int, updates: int, change=lambda rollout: rollout
) -> list[dict[str, float]]:
    """Collect and learn; return the metrics of each update. `change` may alter the rollouts."""
    collector = Collector(env, learner, length)
    return [learner.learn(change(collector.collect())) for _ in range(updates)]
