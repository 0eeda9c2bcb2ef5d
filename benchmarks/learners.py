"""Speed of learners end to end, beside those of JaxMARL, BenchMARL and EPyMARL.

`python -m benchmarks learners` prints it.

The task is MPE's simple_spread with three agents. The networks and settings are the peer's own. Two
things are measured: agent-steps per second of collecting and learning together, and for IPPO the
seconds until the mean return of an agent in training passes a level. Compilation is left out. Our
runs and the peer's alternate, with seeds 0, 1, ...

Returns are comparable with JaxMARL's: an episode has 26 steps there, and the same here. The step
into the next episode, which only ours has, is not counted. `random_play` shows that the rewards of
the tasks agree. Returns are not comparable with BenchMARL's, because VMAS has rules and rewards of
its own under the same name.
"""

import math
import time
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np

from benchmarks.peers.run import ask_peer, peer_python
from stigmergy.algorithms.core.make import build_config
from stigmergy.training.evaluation import evaluate
from stigmergy.training.experiment import LearnerConfig, build_experiment
from stigmergy.training.trainer import Trainer, build_learners

AGENTS = 3
EPISODE = 26
"""Steps of an episode."""
WINDOW = 400
"""Episodes over which returns are averaged."""
PEERS = ("jaxmarl_baselines", "benchmarl", "epymarl")
WARM_UP = 3
"""Updates of ours before timing starts; they compile kernels or load compiled ones."""

NETWORK = {"sharing": "all", "hidden": [64, 64], "activation": "tanh", "separate_critic": True}
IPPO = {
    "network": NETWORK, "learning_rate": 2.5e-3, "anneal": True, "gamma": 0.99, "gae_lambda": 0.95, "epochs": 4, "minibatches": 4,
    "value_clip": 0.2, "value_coefficient": 0.25, "entropy": 0.01, "max_grad_norm": 0.5,
}  # fmt: skip
"""Settings of JaxMARL's ippo_ff_mpe. Its value loss has a factor of a half, so its coefficient of
0.5 is 0.25 here. The learning rate is the one of 2.5e-4 (its own), 1e-3 and 2.5e-3 with which it
learns fastest."""
QMIX = {
    "network": {"sharing": "all", "agent_id": True, "hidden": [64], "memory": "gru", "memory_size": 64},
    "learning_rate": 5e-3, "anneal": True, "gamma": 0.9, "epsilon_start": 1.0, "epsilon_end": 0.05, "epsilon_fraction": 0.1,
    "buffer_size": 5000 * EPISODE, "warm_up": 10_000, "batch_size": 32, "sequence_length": EPISODE, "gradient_steps": 1,
    "target_interval": 200, "max_grad_norm": 25.0, "team_reward": "sum", "state": "observations",
    "mixing": {"embedding": 32, "hyper": 128},
}  # fmt: skip
"""Settings of JaxMARL's ql_rnn_mpe. It uses rectified Adam, ours uses Adam. Its runs have ten
million steps. In a few hundred thousand, its returns depend mostly on the seed, with this learning
rate and with 2e-3 and 1e-3, so only speeds are compared."""

Curve = list[tuple[float, float]]  # after each update: seconds, mean return of an agent


@dataclass(frozen=True)
class Peer:
    """Learner of another package."""

    name: str
    """Name of the peer, driven by `<name>_driver.py`."""
    task: dict[str, Any]
    """Task of the driver beside envs, rollout length, steps and seeds."""
    rounds: int = 1


@dataclass(frozen=True)
class Contest:
    """Learner of ours, and peers on the same work."""

    name: str
    algorithm: str
    learner: dict[str, Any]
    num_envs: int
    length: int
    """Transitions of a rollout of the peer."""
    updates: int
    peers: tuple[Peer, ...]
    rounds: int = 1
    level: float | None = None
    """Return to reach; None if returns are not comparable."""
    continuous: bool = False
    whole_episodes: bool = False
    """True if the peer begins an episode with each rollout; ours needs one step more for that."""

    @property
    def steps(self) -> int:
        """Transitions of all envs together."""
        return self.num_envs * self.length * self.updates

    @property
    def window(self) -> int:
        """Updates in which WINDOW episodes end."""
        return math.ceil(WINDOW * EPISODE / (self.num_envs * self.length))

    def experiment(self, seed: int) -> dict[str, Any]:
        """Build the config of our side."""
        length = self.length + self.whole_episodes
        return {
            "environment": "swarm/spread-v0",
            "task": {"num_agents": AGENTS, "max_cycles": EPISODE, "continuous": self.continuous},
            "algorithm": self.algorithm,
            "learner": self.learner,
            "training": {
                "seed": seed,
                "total_steps": self.num_envs * length * self.updates,
                "num_envs": self.num_envs,
                "rollout_length": length,
            },
        }


@dataclass(frozen=True)
class Run:
    """One training run."""

    agent_steps: int
    seconds: float
    curve: Curve

    def by_steps(self) -> Curve:
        """Learning curve over agent-steps instead of seconds."""
        return [(self.agent_steps * (i + 1) / len(self.curve), value) for i, (_, value) in enumerate(self.curve)]


@dataclass(frozen=True)
class Side:
    """Results of a learner in a contest, over seeds."""

    name: str
    runs: list[Run]
    compile_seconds: float

    @property
    def speed(self) -> float:
        """Median of agent-steps per second."""
        return median(run.agent_steps / run.seconds for run in self.runs)

    @property
    def learns(self) -> bool:
        """True if its returns are known."""
        return all(run.curve for run in self.runs)

    def reach(self, contest: Contest) -> tuple[float, float] | None:
        """Seconds and agent-steps until the level is passed, medians.

        None if most runs never pass it, or there is no level.
        """
        if contest.level is None or not self.learns:
            return None
        seconds = median(passes(contest.level, run.curve, contest.window) for run in self.runs)
        steps = median(passes(contest.level, run.by_steps(), contest.window) for run in self.runs)
        return (seconds, steps) if math.isfinite(seconds) else None

    def last(self, contest: Contest) -> float:
        """Mean return over the last window, the median over seeds."""
        return median(float(np.mean([value for _, value in run.curve[-contest.window :]])) for run in self.runs)


def contests() -> list[Contest]:
    """Contests of this benchmark."""

    def jaxmarl(algorithm: str, learner: dict[str, Any], rounds: int) -> Peer:
        return Peer("jaxmarl_baselines", {"algorithm": algorithm, "learning_rate": learner["learning_rate"]}, rounds)

    return [
        Contest(
            "IPPO, 16 envs x 128 steps", "ippo", IPPO, 16, 128, 300,
            (jaxmarl("ippo", IPPO, 3), Peer("epymarl", {"steps": 5_000})), rounds=3, level=-22.0,
        ),
        Contest("IPPO, 128 envs x 64 steps", "ippo", IPPO, 128, 64, 60, (jaxmarl("ippo", IPPO, 1),)),
        Contest(
            "IPPO, continuous actions, 128 envs x 64 steps", "ippo", IPPO, 128, 64, 12, (Peer("benchmarl", {}),),
            continuous=True,
        ),
        Contest(
            "QMIX, 8 envs x 26 steps", "qmix", QMIX, 8, EPISODE, 600, (jaxmarl("qmix", QMIX, 1),), whole_episodes=True,
        ),
    ]  # fmt: skip


def measure(contest: Contest) -> list[Side]:
    """Measure our side, then the available peers. Raises RuntimeError if a peer fails."""
    start = time.perf_counter()
    run_ours(rehearsal(contest), 0)
    compiled = time.perf_counter() - start
    ours = Side("stigmergy", [run_ours(contest, seed) for seed in range(contest.rounds)], compiled)
    return [ours, *(run_peer(contest, peer) for peer in contest.peers if peer_python(peer.name))]


def rehearsal(contest: Contest) -> Contest:
    """Shorten a contest to a few updates, which learn from the first on."""
    learner = contest.learner | ({"warm_up": 0} if "warm_up" in contest.learner else {})
    return replace(contest, updates=WARM_UP, learner=learner)


def run_ours(contest: Contest, seed: int) -> Run:
    """Train our learner once."""
    start = time.perf_counter()
    trainer = Trainer(build_experiment(contest.experiment(seed)))
    curve: Curve = []
    while not trainer.finished:
        metrics = trainer.update()
        if "episode/return" in metrics:
            curve.append((time.perf_counter() - start, metrics["episode/return"]))
    transitions = AGENTS * trainer.steps * EPISODE // (EPISODE + 1)
    return Run(transitions, time.perf_counter() - start, curve)


def run_peer(contest: Contest, peer: Peer) -> Side:
    """Train the peer's learner with each seed, in a process of its own."""
    sizes = {"num_envs": contest.num_envs, "length": contest.length, "steps": contest.steps}
    answer = ask_peer(peer.name, **sizes | {"seeds": list(range(peer.rounds))} | peer.task)
    return Side(peer.name, [Run(**run) for run in answer["runs"]], answer["compile_seconds"])


def random_play(episodes: int = 4096) -> dict[str, tuple[float, float]]:
    """Mean return of an agent under random actions, and its standard error: ours and JaxMARL's."""
    experiment = build_experiment(contests()[0].experiment(0))
    experiment = replace(experiment, learner=LearnerConfig("random", build_config("random", {})))
    env = experiment.make_env(episodes)
    returns = evaluate(env, build_learners(experiment, env, 0), 0).columns()["return"]
    means = {"stigmergy": (float(returns.mean()), float(returns.std()) / math.sqrt(episodes))}
    if peer_python("jaxmarl_baselines"):
        answer = ask_peer("jaxmarl_baselines", algorithm="random", episodes=episodes)
        means["jaxmarl_baselines"] = answer["mean"], answer["error"]
    return means


def passes(level: float, curve: Curve, window: int) -> float:
    """Time at which the mean return over the last `window` updates passes a level; inf if never."""
    if len(curve) < window:
        return math.inf
    means = np.convolve([value for _, value in curve], np.full(window, 1 / window), mode="valid")
    passed = np.flatnonzero(means >= level)
    return curve[passed[0] + window - 1][0] if len(passed) else math.inf
