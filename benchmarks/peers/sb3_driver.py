"""Driver that times Stable-Baselines3 on our batch and on the same task through SuperSuit.

It reads a JSON task on stdin: `id`, `num_envs`, `rounds`, and `iterations` of PPO in a round. It
prints, for `batch` and `supersuit`, agent-steps per second of each round: `alone`, stepping with
random actions; `step`, stepping while PPO trains; `collect`, stepping and acting; `whole`, with
learning.
"""

import json
import sys
import time
import warnings

import numba
import numpy as np
import supersuit
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnvWrapper

import stigmergy

STEPS_OF_ROLLOUT = 32
SECONDS_ALONE = 2.0


class Timed(VecEnvWrapper):
    """Seconds spent in the env's steps."""

    seconds = 0.0

    def reset(self):
        """First observations."""
        return self.venv.reset()

    def step_async(self, actions):
        """Take actions, timed."""
        start = time.perf_counter()
        self.venv.step_async(actions)
        self.seconds += time.perf_counter() - start

    def step_wait(self):
        """Advance the envs, timed."""
        start = time.perf_counter()
        result = self.venv.step_wait()
        self.seconds += time.perf_counter() - start
        return result


class Rollouts(BaseCallback):
    """Seconds spent in rollouts."""

    seconds = 0.0

    def _on_rollout_start(self):
        self.start = time.perf_counter()

    def _on_rollout_end(self):
        self.seconds += time.perf_counter() - self.start

    def _on_step(self):
        return True


def through_supersuit(id, num_envs):
    """The task as SuperSuit gives it to Stable-Baselines3, one view for each env."""
    env = supersuit.black_death_v3(stigmergy.parallel_env(id, infos="none"))
    env = supersuit.pettingzoo_env_to_vec_env_v1(env)
    return supersuit.concat_vec_envs_v1(env, num_envs, num_cpus=0, base_class="stable_baselines3")


def alone(env):
    """Agent-steps per second with actions that were drawn before."""
    env.reset()
    env.action_space.seed(0)
    actions = [np.array([env.action_space.sample() for _ in range(env.num_envs)]) for _ in range(16)]
    steps, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < SECONDS_ALONE:
        env.step(actions[steps % 16])
        steps += 1
    return steps * env.num_envs / spent


def of_training(env, iterations):
    """Agent-steps per second of the three parts of PPO, which hold each other."""
    timed, rollouts = Timed(env), Rollouts()
    rows = env.num_envs * STEPS_OF_ROLLOUT
    model = PPO("MlpPolicy", timed, n_steps=STEPS_OF_ROLLOUT, batch_size=rows // 4, n_epochs=4, device="cpu")
    start = time.perf_counter()
    model.learn(iterations * rows, callback=rollouts)
    whole = time.perf_counter() - start
    agent_steps = iterations * rows
    return {
        "step": agent_steps / timed.seconds,
        "collect": agent_steps / rollouts.seconds,
        "whole": agent_steps / whole,
    }


def main():
    """Measure both in every round, in turn."""
    task = json.load(sys.stdin)
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    numba.set_num_threads(1)
    id, num_envs = task["id"], task["num_envs"]
    envs = {"batch": stigmergy.sb3_vec_env(id, num_envs), "supersuit": through_supersuit(id, num_envs)}
    for env in envs.values():  # compiles kernels
        env.reset()
        env.step(np.array([env.action_space.sample() for _ in range(env.num_envs)]))
    speeds = {name: {part: [] for part in ("alone", "step", "collect", "whole")} for name in envs}
    for _ in range(task["rounds"]):
        for name, env in envs.items():
            found = {"alone": alone(env), **of_training(env, task["iterations"])}
            for part, speed in found.items():
                speeds[name][part].append(speed)
    print(json.dumps(speeds))


main()
