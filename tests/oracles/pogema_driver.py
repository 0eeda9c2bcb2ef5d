"""Play cases on pogema 1.4.0 and print the results. Runs in pogema's own virtual environment,
so it imports nothing of ours.

Reads a JSON list of cases on stdin and writes the JSON list of their results to stdout. A case:

    map                drawing, `.` free and `#` wall, one row a line
    starts             (row, column) of each agent
    goals              sequence of (row, column) for each agent; one-shot modes use the first
    collision_system   `priority`, `block_both`, `soft`
    on_target          `finish`, `nothing`, `restart`
    obs_radius, max_episode_steps
    actions            joint actions, one list a step; or
    policy             {seed, greedy}: each agent moves towards its goal with probability `greedy`,
                       else at random

A result, with T the steps played: `positions` and `goals` (T + 1 flat lists r0, c0, r1, c1, ..., in
map coordinates), `active` (T + 1), `digests` (T + 1 triples: a CRC-32 over the active agents'
windows, for walls, agents and goal), `actions`, `rewards`, `terminated`, `truncated` (T each), and
`metrics` of the last step.
"""

import json
import sys
import warnings
import zlib
from collections import deque
from importlib.metadata import version

import numpy as np
from pogema import GridConfig, pogema_v0

MOVES = [(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)]


def build(case):
    restart = case["on_target"] == "restart"
    return pogema_v0(
        GridConfig(
            map=case["map"],
            agents_xy=case["starts"],
            targets_xy=case["goals"] if restart else [sequence[0] for sequence in case["goals"]],
            num_agents=len(case["starts"]),
            collision_system=case["collision_system"],
            on_target=case["on_target"],
            obs_radius=case["obs_radius"],
            max_episode_steps=case["max_episode_steps"],
            observation_type="default",
        )
    )


class Policy:
    """Greedy and random moves mixed, so that agents reach goals and block each other."""

    def __init__(self, case):
        self.free = [[cell == "." for cell in line] for line in case["map"].split()]
        self.random = np.random.default_rng(case["policy"]["seed"])
        self.greedy = case["policy"]["greedy"]
        self.distances = {}

    def act(self, positions, goals):
        return [self.choose(tuple(cell), tuple(goal)) for cell, goal in zip(positions, goals)]

    def choose(self, cell, goal):
        moves = range(5)
        if self.random.random() < self.greedy:
            distance = self.distance_to(goal)
            near = min(distance.get(shifted(cell, m), len(distance)) for m in range(5))
            moves = [m for m in range(5) if distance.get(shifted(cell, m)) == near]
        return int(self.random.choice(moves))

    def distance_to(self, goal):
        if goal not in self.distances:
            distance = self.distances[goal] = {goal: 0}
            queue = deque([goal])
            while queue:
                cell = queue.popleft()
                for near in (shifted(cell, m) for m in range(1, 5)):
                    if self.is_free(near) and near not in distance:
                        distance[near] = distance[cell] + 1
                        queue.append(near)
        return self.distances[goal]

    def is_free(self, cell):
        return 0 <= cell[0] < len(self.free) and 0 <= cell[1] < len(self.free[0]) and self.free[cell[0]][cell[1]]


def shifted(cell, m):
    return cell[0] + MOVES[m][0], cell[1] + MOVES[m][1]


class Player:
    """One case, from reset to its end."""

    def __init__(self, case):
        self.case = case
        self.env = build(case)
        self.env.reset()
        self.base = self.env.unwrapped
        self.result = {
            key: []
            for key in ("positions", "goals", "active", "digests", "actions", "rewards", "terminated", "truncated")
        }

    def play(self):
        policy = Policy(self.case) if "policy" in self.case else None
        self.look()
        for step in range(self.case["max_episode_steps"]):
            if policy is None and step == len(self.case["actions"]):
                break
            actions = (
                self.case["actions"][step]
                if policy is None
                else policy.act(self.in_map("positions_xy"), self.in_map("finishes_xy"))
            )
            # A copy, because the soft collision system overwrites the actions that it cancels.
            _, rewards, terminated, truncated, infos = self.env.step(list(actions))
            self.look()
            self.result["actions"].append(actions)
            self.result["rewards"].append(rewards)
            self.result["terminated"].append([int(flag) for flag in terminated])
            self.result["truncated"].append([int(flag) for flag in truncated])
            self.result["metrics"] = infos[0].get("metrics", {})
            if all(terminated) or all(truncated):
                break
        return self.result

    def in_map(self, name):
        radius = self.case["obs_radius"]
        return [(int(r) - radius, int(c) - radius) for r, c in getattr(self.base.grid, name)]

    def look(self):
        grid = self.base.grid
        active = [int(grid.is_active[i]) for i in range(len(self.case["starts"]))]
        if self.case["collision_system"] == "soft":
            self.mend(grid, active)
        self.result["positions"].append([x for cell in self.in_map("positions_xy") for x in cell])
        self.result["goals"].append([x for cell in self.in_map("finishes_xy") for x in cell])
        self.result["active"].append(active)
        seen = np.array(self.base._obs())[np.array(active, bool)].astype(np.uint8)
        self.result["digests"].append(
            [zlib.crc32(np.ascontiguousarray(seen[:, channel]).tobytes()) for channel in range(3)]
        )

    @staticmethod
    def mend(grid, active):
        """Rebuild the layer of agents from their cells.

        In 1.4.0 a leader that moves after its follower wipes the follower's mark (pogema's pull
        request 51). The soft collision system itself never reads this layer, only the observations
        do.
        """
        grid.positions[:] = 0
        for i, cell in enumerate(grid.positions_xy):
            if active[i]:
                grid.positions[tuple(cell)] = 1


if __name__ == "__main__":
    if version("pogema") != "1.4.0":
        sys.exit(f"pogema is {version('pogema')} in {sys.executable}; the comparison is with 1.4.0")
    warnings.simplefilter("ignore")  # goal sequences that start over
    json.dump([Player(case).play() for case in json.load(sys.stdin)], sys.stdout, separators=(",", ":"))
