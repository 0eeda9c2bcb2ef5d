"""What the guides of 29d64f1 taught to do in Python, in one script: `python guide.py FOLDER_OF_RUNS OUTPUT`."""

import sys
from pathlib import Path

import numpy as np
import pettingzoo

import stigmergy
from stigmergy.algorithms.factory import make_learner, scripted_for
from stigmergy.envs.dilemmas.common_pool import regimes
from stigmergy.envs.registry import algorithms, environments
from stigmergy.envs.swarm.text_players import TextPlayers
from stigmergy.envs.video import write_gif
from stigmergy.training.evaluation import Players

runs, output = Path(sys.argv[1]), Path(sys.argv[2])

# README.md
policy = stigmergy.load_policy(runs / "pathfinding")
env = policy.make_env()
observations, infos = env.reset(seed=1)
while env.agents:
    observations, rewards, terminations, truncations, infos = env.step(policy.act(observations))
env = pettingzoo.make("parallel", "pathfinding/lifelong-v0", num_agents=4)
env.reset(seed=1)
batch = stigmergy.make("pathfinding/lifelong-v0", num_envs=4, num_agents=2, height=8, width=8)
step = batch.reset(seed=0)
step = batch.step(np.zeros((4, 2), np.int64))
assert step.groups["agents"].observation.shape == (4, 2, 3, 11, 11)
best = stigmergy.load_policy(runs / "tag", "best")
both = best.make_env()
observations, infos = both.reset(seed=2)
best.reset()
assert best.act(observations).keys() == set(both.agents)

# docs/dilemmas.md
env = stigmergy.parallel_env("dilemmas/cleanup-v0", map="small", num_agents=6)
env.reset(seed=7)
signals = env.step({agent: 7 * (agent == "agent_0") for agent in env.agents})[-1]["agent_0"]["signals"]
able, did = signals["opportunity"] > 0, signals["sanction"] > 0
approved, disapproved, seen = able & ~did, able & did, signals["context"][able]
assert did.tolist() == [True] + [False] * 5
assert signals["target"].shape == (6, 6)
population = regimes.Population()
assert regimes.evolve(population, 0.5, 1.0, 1.0).shape[1] == 2

# docs/swarm.md
env = stigmergy.make("swarm/foraging-v0", message_size=4)
env.reset(seed=0)
players = TextPlayers(env, lambda told: "UP; message 3")  # or one function for each agent
env.step(players.act())
assert env.text(0)
assert env.agent_text(0, 1)

# docs/scenarios.md
stigmergy.register_scenario(
    "my/harvest_two_among_greedy-v0",
    world="dilemmas/harvest-v0",
    seats={"learners": 2, "greedy": stigmergy.Seats(5, "defect")},
    parameters={"max_cycles": 20},
    description="two learners among five that eat everything",
)
scenario = stigmergy.make("my/harvest_two_among_greedy-v0", 1)
assert scenario.spec.world.groups[0].size == 7
assert scenario.spec.groups[0].places == (0, 1)
assert isinstance(stigmergy.schelling("dilemmas/public_goods-v0", episodes=4, max_cycles=6), stigmergy.Schelling)

# docs/animations.py and docs/gallery.py
env = stigmergy.make("dilemmas/iterated-v0", 1)
(group,) = env.spec.groups
scripted = algorithms.find("tit_for_tat").load().built_for("tit_for_tat", env.spec, group, env.parameters)
env.reset(4)
frames = []
for _ in range(3):
    frames.append(env.draw(0))
    env.step(scripted.act(env.world_state, np.random.default_rng(4)))
write_gif(output / "film.gif", frames, 8)
assert "pathfinding/lifelong-v0" in [registration.name for registration in environments]
assert "tit_for_tat" in scripted_for(env.spec, group)
setup = stigmergy.Setup(env.spec, group, 1, env_parameters=env.parameters)
learners = {group.name: make_learner("defect", setup)}
playing = Players(env, learners)
step = env.step(playing.act(env.reset(1)))

# docs/training.md
import stigmergy.courses  # noqa: E402 (as somebody might in a notebook)
import stigmergy.sanctioning  # noqa: E402

(course,) = stigmergy.courses.courses({"ippo": [runs / "pathfinding"]}, "episode/return")
assert stigmergy.courses.course_chart({"ippo": [runs / "pathfinding"]}, "episode/return").shape[2] == 3
assert callable(stigmergy.courses.simplex_chart)
pool = stigmergy.make("dilemmas/common_pool-v0", 2, max_cycles=5)
setup = stigmergy.Setup(pool.spec, pool.spec.groups[0], 1, env_parameters=pool.parameters)
counted = stigmergy.sanctioning.count_sanctions(pool, {"agents": make_learner("punish", setup)}, seed=1)
assert counted.hits.shape == (2, 4, 4)

# Everything that `stigmergy` names.
for name in stigmergy.__all__:
    assert getattr(stigmergy, name) is not None
