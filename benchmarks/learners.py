"""Learners end to end, beside JaxMARL's and BenchMARL's: `python -m benchmarks learners`.

The task is MPE's simple_spread with three agents, the networks and settings are the peer's own. What is measured: agent-steps per second of
collecting and learning together, and seconds until the mean return of an agent in training passes a level that both reach. Compiling is left out.
Ours and the peer's runs take turns, with seeds 0, 1, ...

Returns compare with JaxMARL's: an episode is 26 steps there, and so it is here; a step into the next episode, which only ours has, is not counted as a step.
They do not compare with BenchMARL's, because VMAS has rules and rewards of its own under the same name.
"""

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.peers import ask_peer, peer_python
from stigmergy.training.experiment import build_experiment
from stigmergy.training.trainer import Trainer

EPISODE = 26
"""Steps of an episode."""
ROUNDS = 3
WINDOW = 10
"""Updates over which returns are averaged."""
SHARE = 1.0
"""Of a contest's steps; less to try whether everything runs."""

NETWORK = {"sharing": "all", "hidden": [64, 64], "activation": "tanh", "separate_critic": True}
IPPO = {
    "network": NETWORK, "learning_rate": 2.5e-4, "anneal": True, "gamma": 0.99, "gae_lambda": 0.95, "epochs": 4, "minibatches": 4,
    "value_clip": 0.2, "value_coefficient": 0.25, "entropy": 0.01, "max_grad_norm": 0.5,
}  # fmt: skip
"""JaxMARL's ippo_ff_mpe; its value loss has a half in it, so its coefficient of 0.5 is 0.25 here."""
QMIX = {
    "network": {"sharing": "all", "agent_id": True, "hidden": [64], "memory": "gru", "memory_size": 64},
    "learning_rate": 5e-3, "anneal": True, "gamma": 0.9, "epsilon_start": 1.0, "epsilon_end": 0.05, "epsilon_fraction": 0.1,
    "buffer_size": 5000 * EPISODE, "warm_up": 10_000, "batch_size": 32, "sequence_length": EPISODE, "gradient_steps": 1,
    "target_interval": 200, "max_grad_norm": 25.0, "team_reward": "sum", "state": "observations",
    "mixing": {"embedding": 32, "hyper": 128},
}  # fmt: skip
"""JaxMARL's ql_rnn_mpe; it takes rectified Adam where ours takes Adam."""

Curve = list[tuple[float, float]]  # after each update: seconds, mean return of an agent


@dataclass(frozen=True)
class Contest:
    """One of our runs, and one of a peer's."""

    name: str
    algorithm: str
    learner: dict[str, Any]
    copies: int
    length: int
    """Steps of a rollout."""
    steps: int
    """Of all copies together."""
    peer: str
    peer_task: dict[str, Any]
    level: float | None = None
    """Return to reach; None where returns do not compare."""
    continuous: bool = False

    def experiment(self, seed: int, steps: int) -> dict[str, Any]:
        """Our side as a config."""
        return {
            "environment": "swarm/spread-v0",
            "task": {"num_agents": 3, "max_cycles": EPISODE, "continuous": self.continuous},
            "algorithm": self.algorithm,
            "learner": self.learner,
            "training": {
                "seed": seed,
                "total_steps": steps,
                "num_envs": self.copies,
                "rollout_length": self.length,
            },
        }


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    speed: float
    """Agent-steps per second."""
    curve: Curve
    compile_seconds: float = 0.0


@dataclass(frozen=True)
class Row:
    """A contest's outcomes, round by round; the peer's are empty where it is not installed."""

    contest: Contest
    ours: list[Outcome]
    peers: list[Outcome]


def contests() -> list[Contest]:
    """What is measured."""
    jaxmarl = [
        Contest(
            f"IPPO, {copies} copies x {length} steps", "ippo", IPPO, copies, length, steps,
            "jaxmarl_baselines", {"algorithm": "ippo", "learning_rate": IPPO["learning_rate"]}, level=level,
        )
        for copies, length, steps, level in ((16, 128, 1_000_000, -20.0), (128, 64, 2_000_000, -20.0))
    ]  # fmt: skip
    benchmarl = Contest(
        "IPPO, continuous actions, 128 copies x 64 steps", "ippo", IPPO, 128, 64, 12 * 128 * 64, "benchmarl", {}, continuous=True
    )  # fmt: skip
    # A rollout of ours is an episode and the step into the next.
    qmix = Contest(
        "QMIX, 8 copies x 26 steps", "qmix", QMIX, 8, EPISODE + 1, 8 * (EPISODE + 1) * 1923,
        "jaxmarl_baselines", {"algorithm": "qmix", "length": EPISODE, "steps": 8 * EPISODE * 1923}, level=-24.0,
    )  # fmt: skip
    return [*jaxmarl, benchmarl, qmix]


def measure(contest: Contest, rounds: int = ROUNDS) -> Row:
    """Let both sides run in turn. Raises RuntimeError if the peer fails."""
    ours, peers = [], []
    run_ours(contest, 0, updates=3)  # compiles, or reads what was compiled
    for seed in range(rounds):
        ours.append(run_ours(contest, seed))
        if peer_python(contest.peer) is not None:
            peers.append(run_peer(contest, seed))
    return Row(contest, ours, peers)


def run_ours(contest: Contest, seed: int, updates: int | None = None) -> Outcome:
    """Train once; `updates` cuts the run short."""
    trainer = Trainer(build_experiment(contest.experiment(seed, int(SHARE * contest.steps))))
    curve: Curve = []
    start = time.perf_counter()
    while not trainer.finished and trainer.progress.update != updates:
        metrics = trainer.update()
        if "episode/return" in metrics:
            curve.append((time.perf_counter() - start, metrics["episode/return"]))
    seconds = time.perf_counter() - start
    transitions = trainer.steps * EPISODE / (EPISODE + 1)
    return Outcome(trainer.env.spec.num_agents * transitions / seconds, curve)


def run_peer(contest: Contest, seed: int) -> Outcome:
    """Train the peer's learner once, in a process of its own."""
    task = {"copies": contest.copies, "length": contest.length, "steps": contest.steps, "seed": seed} | contest.peer_task
    answer = ask_peer(contest.peer, **task | {"steps": int(SHARE * task["steps"])})
    curve = [(seconds, value) for seconds, value in answer["curve"]]
    return Outcome(answer["agent_steps_per_second"], curve, answer.get("compile_seconds", 0.0))


def seconds_to(level: float, curve: Curve) -> float | None:
    """Until the mean return over the last WINDOW updates passes a level; None if it never does."""
    if len(curve) < WINDOW:
        return None
    values = np.array([value for _, value in curve])
    means = np.convolve(values, np.full(WINDOW, 1 / WINDOW), mode="valid")
    passed = np.flatnonzero(means >= level)
    return curve[passed[0] + WINDOW - 1][0] if len(passed) else None


def slower(contest: Contest, learning_rate: float) -> Contest:
    """The same contest, with a learning rate of ours: a control that has to reach the level later or never."""
    return replace(contest, learner=contest.learner | {"learning_rate": learning_rate})
