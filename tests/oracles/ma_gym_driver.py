"""Play cases on ma-gym 0.0.14 and print the results. Runs in ma-gym's own virtual environment,
so it imports nothing of ours.

Reads a JSON list of cases on stdin and writes the JSON list of their results to stdout. A case:

    task               `switch` or `checkers`
    parameters         of ma-gym's class, such as n_agents and max_steps
    seed               of the actions
    eagerness          for each agent and stretch of 10 steps, the share of moves towards a goal
                       (the last stretch goes on); else at random

A result, with T the steps played until the end: `actions` (T joint actions), `cells` (T + 1 flat
lists r0, c0, r1, c1, ...), `rewards` and `ended` (T each), `seen` (T + 1: the agents'
observations), and for checkers `food` (T + 1 strings of `RY0`, row by row, agents as `0`).
"""

import json
import sys
import types
from importlib.metadata import distribution, version

import numpy as np

PARTS = ("", ".envs", ".envs.switch", ".envs.checkers", ".envs.utils")
MOVES = [(1, 0), (0, -1), (-1, 0), (0, 1), (0, 0)]


def load():
    """Switch and Checkers without ma-gym's own package files, which need packages that no longer
    install.
    """
    folder = distribution("ma-gym").locate_file("ma_gym")
    for part in PARTS:
        module = types.ModuleType(f"ma_gym{part}")
        module.__path__ = [str(folder) + part.replace(".", "/")]
        sys.modules[module.__name__] = module
    from ma_gym.envs.checkers.checkers import Checkers
    from ma_gym.envs.switch.switch_one_corridor import Switch

    return {"switch": Switch, "checkers": Checkers}


def play(kinds, case):
    env = kinds[case["task"]](**case["parameters"])
    random = np.random.default_rng(case["seed"])
    result = {"actions": [], "cells": [], "rewards": [], "ended": [], "seen": [np.array(env.reset()).tolist()]}
    if case["task"] == "checkers":
        result["food"] = [food(env)]
    result["cells"].append(cells(env))
    ended = False
    while not ended:
        step = len(result["actions"])
        actions = [choose(env, case, random, i, step) for i in range(env.n_agents)]
        seen, rewards, over, _ = env.step(actions)
        result["actions"].append(actions)
        result["cells"].append(cells(env))
        result["rewards"].append(list(rewards))
        result["ended"].append([int(flag) for flag in over])
        result["seen"].append(np.array(seen).tolist())
        if "food" in result:
            result["food"].append(food(env))
        ended = all(over)
    return result


def choose(env, case, random, i, step):
    stretches = case["eagerness"][i]
    if random.random() >= stretches[min(step // 10, len(stretches) - 1)]:
        return int(random.integers(5))
    row, column = env.agent_pos[i]
    goal = aim(env, case, i)
    if case["task"] == "switch" and row != 1 and (column <= 2) != (goal[1] <= 2):
        return 0 if row < 1 else 2  # to the middle row
    if column != goal[1]:
        return 3 if goal[1] > column else 1
    return 4 if row == goal[0] else (0 if goal[0] > row else 2)


def aim(env, case, i):
    """The agent's goal; in checkers the nearest apple for agent 0, the nearest lemon for agent 1,
    and then any apple.
    """
    if case["task"] == "switch":
        return env.final_agent_pos[i]
    at = np.array(env.agent_pos[i])
    for kind in ("RY"[i], "R"):
        found = [cell for cell in np.ndindex(3, 8) if env._full_obs[cell[0]][cell[1]] == kind]
        if found:
            return min(found, key=lambda cell: np.abs(at - cell).sum())
    return env.agent_pos[i]


def cells(env):
    return [int(x) for i in range(env.n_agents) for x in env.agent_pos[i]]


def food(env):
    return "".join("0" if cell.startswith("A") else cell for row in env._full_obs for cell in row)


if __name__ == "__main__":
    if version("ma-gym") != "0.0.14":
        sys.exit(f"ma-gym is {version('ma-gym')} in {sys.executable}; the comparison is with 0.0.14")
    kinds = load()
    json.dump([play(kinds, case) for case in json.load(sys.stdin)], sys.stdout, separators=(",", ":"))
