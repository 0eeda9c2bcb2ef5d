"""Run Dasgupta and Musolesi's simulations with agents that act at random, without importing
stigmergy.

Reads {"checkout", "seasons", "rounds", "cases": [{"module", "seed"}]} as JSON and writes a list of
traces. A trace is the case and "events", in the order in which they happened: ["select" | "play"
| "punish", agent, the state that its network was shown, its action], and ["paid", which network,
agent, the reward stored for it].
"""

import importlib.util
import json
import random
import sys
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

AGENTS = 5
COOPERATES, PUNISHES, CONTINUES = 0.6, 0.4, 0.85


class Model:
    """Stand-in for one of an agent's networks: random actions; records inputs and rewards."""

    def __init__(self, kind: str, agent: int, chances: random.Random, defects: float, events: list[Any]):
        self.kind, self.agent, self.chances, self.defects, self.events = kind, agent, chances, defects, events
        self.replay_buffer = self

    def select_action(self, state: Any) -> int:
        """A random action; of two the second with a chance of its own for each kind of network."""
        if self.kind == "select":
            action = self.chances.randrange(AGENTS - 1)
        else:
            action = int(self.chances.random() < (self.defects if self.kind == "play" else PUNISHES))
        self.events.append([self.kind, self.agent, [int(number) for number in state], action])
        return action

    def store(self, state: Any, action: int, reward: Any, following: Any, terminal: Any) -> None:
        """Note what is paid."""
        self.events.append(["paid", self.kind, self.agent, float(reward)])

    def optimise_model(self) -> None:
        """Learn nothing."""


class Agent:
    """In place of an agent with its three networks."""

    def __init__(self, *settings: Any):
        self.select_model, self.play_model, self.punish_model = settings


def load(path: Path) -> Any:
    """The module at a path that is no package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(checkout: Path, case: dict[str, Any], seasons: int, rounds: int) -> dict[str, Any]:
    """One course."""
    module = load(checkout / "Simulations" / case["module"])
    centipede = "centipede" in case["module"].lower()
    events: list[Any] = []
    chances = random.Random(case["seed"])
    defects = 1 - (CONTINUES if centipede else COOPERATES)
    population = [
        Agent(*(Model(kind, i, chances, defects, events) for kind in ("select", "play", "punish")))
        for i in range(AGENTS)
    ]
    random.seed(case["seed"])  # the source draws partners and third parties from the global generator
    simulate = next(getattr(module, name) for name in dir(module) if name.startswith("play_"))
    given = (seasons, rounds, population) if centipede else (module.cooperation_game, seasons, rounds, population)
    simulate(*given, logging=False)
    return case | {"rounds": rounds, "events": events}


if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    sys.path.insert(0, wanted["checkout"])
    for name in ("torch", "networkx", "pandas", "DQN", "DQN.DQNAgent"):  # none of it plays a part here
        sys.modules[name] = MagicMock()
    sys.modules["tqdm"] = MagicMock(tqdm=lambda items: items)
    courses = [run(Path(wanted["checkout"]), case, wanted["seasons"], wanted["rounds"]) for case in wanted["cases"]]
    print(json.dumps(courses))
