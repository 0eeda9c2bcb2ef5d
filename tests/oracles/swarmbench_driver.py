"""Play cases on SwarmBench and print the results. Runs in a virtual environment of its own, so
it imports nothing of ours.

The environment variable STIGMERGY_SWARMBENCH names the checkout. Reads a JSON list of cases on
stdin and writes the JSON list of their results to stdout. Actions are letters, one an agent: U D L
R move, `.` stays, `S` switches the light. Cells are (row, column) in map coordinates; lists of
cells are flat: r0, c0, r1, c1, ...

A case of a task:

    task               `Transport`, `Flocking`, `Pursuit`, `Synchronization`, `Foraging`
    seed, height, width, num_agents, rounds
    near               start close to what matters (the box, the prey, each other), not where the
                       task puts the agents; foraging ignores it
    policy             {seed, lean}: each agent does what the task wants with probability `lean`,
                       else what the crowd does, or anything

Its result, with T the rounds played: `grid` at the start, in the benchmark's letters; `start` of
the agents; `box` {template, cell} or null; `prey` or null; `carrying` or `lights` (n) or null;
`initial_cost` of flocking; and a list `rounds` of T dicts with `actions`, `positions`, `score`,
`ended`, and where the task has them `box` (cell), `prey` (cell), `static` (the prey cannot be
pushed), `samples` (where it looked for a place after a catch; empty without one), `carrying` or
`lights`, `cost`.

A case of pushing alone: task `physics`; `walls`, rows of `W` and `.`; `agents`, a list of cells;
`box`, {template, cell} or null; `actions`. Its result: `positions` after one round, `box` (cell) or
null, and `ties`, whether any of the integer programs had a second optimum.
"""

import importlib
import json
import os
import sys
import types
from pathlib import Path
from random import Random

import numpy as np
import pulp

MOVES = {"U": (-1, 0), "D": (1, 0), "L": (0, -1), "R": (0, 1)}
NAMES = {"U": "UP", "D": "DOWN", "L": "LEFT", "R": "RIGHT", ".": "STAY", "S": "SWITCH"}


def load(checkout):
    """The benchmark's modules. Its packages' own __init__ files pull in language models, so empty
    ones stand in for them.
    """
    sys.path.insert(0, str(checkout))
    for package in ("swarmbench", "framework"):
        module = types.ModuleType(package)
        module.__path__ = [str(checkout / package)]
        sys.modules[package] = module
    return [importlib.import_module(f"swarmbench.{name}") for name in ("environment", "task", "physics")]


environment, task, physics = load(Path(os.environ["STIGMERGY_SWARMBENCH"]))


class Agent:
    def __init__(self, name):
        self.name = name
        self.escaped = False
        self.valid_actions = []
        self.brain = types.SimpleNamespace(usage={})


class Silent:
    def log_game_state(self, *args):
        pass

    def log_agent_action(self, *args):
        pass


class CountingRandom(Random):
    """Python's generator that notes the integers it hands out while `log` is a list."""

    log = None

    def randint(self, a, b):
        value = super().randint(a, b)
        if self.log is not None:
            self.log.append(value)
        return value


class Player:
    """One case of a task, from reset to its end."""

    def __init__(self, case):
        self.case = case
        self.agents = {f"Agent_{i}": Agent(f"Agent_{i}") for i in range(case["num_agents"])}
        self.env = environment.SwarmEnvironment(
            "", self.agents, Silent(), case["task"], case["rounds"], case["width"], case["height"], case["seed"], 5
        )
        self.task = self.env.tasks[case["task"]]
        counting = CountingRandom()
        counting.setstate(self.task.rng.getstate())
        self.task.rng = counting
        self.random = np.random.default_rng(case["policy"]["seed"])
        self.bodies = [self.env.agent_meshes[name] for name in self.agents]
        self.box = next((mesh for mesh in self.env.meshes if mesh.name == "B"), None)
        self.template = self.find_template()
        self.home = None if self.box is None else self.box.pos
        if case["near"]:
            self.gather()

    def find_template(self):
        if self.box is None:
            return None
        shapes = [shape["shape"] for shape in task.Transport.boxes]
        return shapes.index(self.box.shape.tolist())

    def gather(self):
        """Move everyone next to the box, to the prey, or to each other; in foraging leave everyone
        where they are.
        """
        env = self.env
        if self.case["task"] == "Foraging":
            return
        for body in self.bodies:
            body.remove(env.grid, env.mesh_map)
        if self.case["task"] == "Pursuit":
            self.task.prey.remove(env.grid, env.mesh_map)
            corner = [(1, 1), (1, env.width - 2), (env.height - 2, 1), (env.height - 2, env.width - 2)]
            self.task.prey.pos = corner[self.random.integers(4)] if self.random.random() < 0.5 else self.task.prey.pos
            self.task.prey.place(env.grid, env.mesh_map)
        free = [tuple(int(x) for x in cell) for cell in np.argwhere(env.grid == ".")]
        aim = self.aim() or [free[self.random.integers(len(free))]]
        inner = [cell for cell in free if 0 < cell[0] < env.height - 1 and 0 < cell[1] < env.width - 1]
        blur = 6 if self.case["task"] == "Flocking" else 1  # or it would begin in formation
        near = {
            cell: min(abs(cell[0] - r) + abs(cell[1] - c) for r, c in aim) + blur * self.random.random()
            for cell in inner
        }
        cells = self.random.permutation(sorted(near, key=near.__getitem__)[: len(self.bodies)])
        for body, cell in zip(self.bodies, cells):
            body.pos = int(cell[0]), int(cell[1])
            body.place(env.grid, env.mesh_map)
        if self.case["task"] == "Flocking":
            self.task.init_dis = self.task.cur_dis = self.task.emd(env.grid)

    def aim(self):
        """Cells that the task is about."""
        if self.case["task"] == "Pursuit":
            return [self.task.prey.pos]
        if self.box is not None:
            cells = np.argwhere(self.box.shape == "B") + np.array(self.box.pos)
            return [tuple(cell) for cell in cells.tolist()]
        if self.case["task"] == "Flocking":
            return [tuple(np.mean([body.pos for body in self.bodies], axis=0).round().astype(int).tolist())]
        return []

    def play(self):
        result = {
            "grid": ["".join(row) for row in self.letters()],
            "start": self.positions(),
            "box": None if self.box is None else {"template": self.template, "cell": list(self.box.pos)},
            "prey": list(self.task.prey.pos) if self.case["task"] == "Pursuit" else None,
            "initial_cost": self.task.init_dis if self.case["task"] == "Flocking" else None,
            **self.flags(),
            "rounds": [],
        }
        while not self.env.is_done():
            result["rounds"].append(self.round())
        return result

    def letters(self):
        """The grid; where the lights changed hands in `gather` it is painted anew."""
        grid = self.env.grid.copy()
        if self.case["task"] == "Synchronization":
            for name, body in zip(self.agents, self.bodies):
                grid[body.pos] = "A" if self.task.agent_state[name] else "a"
        return grid

    def positions(self):
        return [int(x) for body in self.bodies for x in body.pos]

    def flags(self):
        if self.case["task"] == "Foraging":
            return {"carrying": [int(self.task.food_state[name]) for name in self.agents]}
        if self.case["task"] == "Synchronization":
            return {"lights": [int(self.task.agent_state[name]) for name in self.agents]}
        return {}

    def round(self):
        actions = self.choose()
        for agent, letter in zip(self.agents.values(), actions):
            move = {} if agent.escaped else {"move": NAMES[letter]}
            drive(self.env.act(agent, move))
        catching = self.case["task"] == "Pursuit"
        self.task.rng.log = [] if catching else None
        free_before = None
        if catching:
            # The cells that are free once the prey is gone, to tell draws that count from those
            # that fall on something.
            update = self.task.update

            def watched(env, given):
                nonlocal free_before
                free_before = env.grid == "."
                free_before[self.task.prey.pos] = True
                update(env, given)

            self.task.update = watched
        self.env.update()
        happened = {"actions": actions, "positions": self.positions(), "score": self.task.score, **self.flags()}
        if self.box is not None:
            happened["box"] = list(self.box.pos)
        if catching:
            self.task.update = update
            draws = list(zip(self.task.rng.log[::2], self.task.rng.log[1::2]))
            happened["samples"] = [x for cell in draws if free_before[cell] for x in cell]
            happened["prey"] = list(self.task.prey.pos)
            happened["static"] = int(self.task.prey.static)
        if self.case["task"] == "Flocking":
            happened["cost"] = self.task.cur_dis
        happened["ended"] = int(self.env.is_done())
        return happened

    def choose(self):
        """Everyone's letters: what the task wants, what the crowd does (so that trains push), or
        anything.
        """
        crowd = self.random.choice(list("UDLR"))
        wish = self.wishes()
        letters = []
        for i in range(len(self.bodies)):
            if self.random.random() < self.case["policy"]["lean"]:
                letters.append(wish[i])
            elif self.random.random() < 0.5:
                letters.append(str(crowd))
            else:
                letters.append(str(self.random.choice(list("UDLR."))))
        return "".join(letters)

    def wishes(self):
        kind = self.case["task"]
        if kind == "Synchronization":
            wanted = not self.task.prev_state if self.task.prev_state >= 0 else self.random.random() < 0.5
            return ["S" if lit != wanted else "." for lit in self.task.agent_state.values()]
        if kind == "Foraging":
            homes = {letter: [tuple(x) for x in np.argwhere(self.env.grid == letter).tolist()] for letter in "FN"}
            return [
                self.step_towards(body.pos, homes["N" if self.task.food_state[name] else "F"])
                for name, body in zip(self.agents, self.bodies)
            ]
        if kind == "Transport":
            return [self.escape(body.pos) for body in self.bodies]
        aim = self.aim()
        return [self.step_towards(body.pos, aim) for body in self.bodies]

    def escape(self, cell):
        """Push the box along its wall by one, then out through the corner; line up to push; or
        leave.
        """
        rows, columns = task.Transport.boxes[self.template]["gap"]
        height, width = self.env.height, self.env.width
        gap = [(r, c) for r in range(height)[slice(*rows)] for c in range(width)[slice(*columns)]]
        corner = next(cell for cell in gap if cell[0] in (0, height - 1) and cell[1] in (0, width - 1))
        level = len({r for r, _ in gap}) == 1
        along, out = ("L" if corner[1] == 0 else "R"), ("U" if corner[0] == 0 else "D")
        if not level:
            along, out = out, along
        if cell in gap:
            return out
        push = along if self.box.pos == self.home else out
        if self.pushes(cell, push):
            return push
        free = [tuple(x) for x in np.argwhere(self.env.grid == ".").tolist()]
        return self.step_towards(cell, [x for x in free if self.pushes(x, push)] or gap)

    def pushes(self, cell, letter):
        """Return True if the box, or a row of agents that ends at it, lies ahead."""
        ahead = cell[0] + MOVES[letter][0], cell[1] + MOVES[letter][1]
        if not (0 <= ahead[0] < self.env.height and 0 <= ahead[1] < self.env.width):
            return False
        found = self.env.grid[ahead]
        return found == "B" or (found == "A" and self.pushes(ahead, letter))

    def step_towards(self, cell, goals):
        """The first letter of a shortest way around walls to a cell next to or on a goal; `.` if
        there is none.
        """
        grid, goals = self.env.grid, set(goals)
        seen, queue = {cell}, [(cell, ".")]
        while queue:
            at, first = queue.pop(0)
            if at in goals:
                return first
            for k in self.random.permutation(4):
                letter = "UDLR"[k]
                near = at[0] + MOVES[letter][0], at[1] + MOVES[letter][1]
                inside = 0 <= near[0] < self.env.height and 0 <= near[1] < self.env.width
                if inside and near not in seen and (near in goals or grid[near] not in "WBFN"):
                    seen.add(near)
                    queue.append((near, letter if first == "." else first))
        return "."


def drive(coroutine):
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("the benchmark's act() waits for something")


class Ties:
    """Solves every integer program a second time, with the first answer forbidden and its value
    demanded.
    """

    def __init__(self):
        self.found = False
        self.solve = pulp.LpProblem.solve

    def __enter__(self):
        pulp.LpProblem.solve = lambda problem, solver: self.solve_twice(problem, solver)
        return self

    def __exit__(self, *error):
        pulp.LpProblem.solve = self.solve

    def solve_twice(self, problem, solver):
        status = self.solve(problem, solver)
        kept = problem.status, {variable: variable.varValue for variable in problem.variables()}
        chosen = [variable for variable in problem.variables() if variable.name.startswith("x_")]
        moved = [variable for variable in chosen if variable.varValue >= 0.5]
        still = [variable for variable in chosen if variable.varValue < 0.5]
        problem += pulp.lpSum(chosen) >= len(moved)
        problem += pulp.lpSum(still) - pulp.lpSum(moved) >= 1 - len(moved)
        self.found |= self.solve(problem, solver) == pulp.LpStatusOptimal
        problem.status = kept[0]
        for variable, value in kept[1].items():
            variable.varValue = value
        return status


def push(case):
    """One round of bodies pushing each other."""
    env = environment.SwarmEnvironment.__new__(environment.SwarmEnvironment)
    env.grid = np.array([list(row) for row in case["walls"]], dtype=str)
    env.mesh_map = np.full_like(env.grid, None, dtype=object)
    env.push_i, env.push_j = {}, {}
    if (env.grid == "W").any():
        physics.Mesh((0, 0), env.grid.copy(), static=True, name="W").place(env.grid, env.mesh_map)
    box = None
    if case["box"] is not None:
        shape = np.array(task.Transport.boxes[case["box"]["template"]]["shape"], dtype=str)
        box = physics.Mesh(tuple(case["box"]["cell"]), shape, static=False, name="B")
        box.mass = 5
        box.place(env.grid, env.mesh_map)
    bodies = []
    for cell, letter in zip(case["agents"], case["actions"]):
        body = physics.Mesh(tuple(cell), np.array([["A"]], dtype=str), static=False, name=f"Agent_{len(bodies)}")
        body.place(env.grid, env.mesh_map)
        bodies.append(body)
        env.agent_meshes = {body.name: body}
        env.move_agent(body.name, NAMES[letter])
    with Ties() as ties:
        env.update_B()
    return {
        "positions": [int(x) for body in bodies for x in body.pos],
        "box": None if box is None else list(box.pos),
        "ties": ties.found,
    }


def main():
    cases, answer = json.load(sys.stdin), sys.stdout
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - the benchmark prints its board in every round
    results = [push(case) if case["task"] == "physics" else Player(case).play() for case in cases]
    json.dump(results, answer, separators=(",", ":"))


if __name__ == "__main__":
    main()
