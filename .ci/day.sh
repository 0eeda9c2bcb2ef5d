#!/usr/bin/env bash
# A user's day from end to end, in an empty folder that is given: `.ci/day.sh FOLDER`, with `stigmergy` and `python` in PATH.
# A sweep of two algorithms and three seeds is killed and finished by the same command, and its algorithms are compared. One of
# its runs is the base of a run on other maps, and its policy acts in numpy, where stigmergy is not installed. The notebook of the
# first hour is executed by `make docs`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"

cat > maps.yaml << END
environment: pathfinding/lifelong-v0
task: {num_agents: 2, height: 6, width: 6, density: 0.2, obs_radius: 2, max_cycles: 16}
algorithm: ippo
training: {total_steps: 2048, num_envs: 8, rollout_length: 16, checkpoint_interval: 1, evaluation_interval: 8, evaluation_episodes: 8, tensorboard: false}
END
sweep=(stigmergy sweep maps.yaml --grid algorithm=ippo,dpo --seeds 0..2 --jobs 2 --training.threads 1)

echo "--- a sweep, killed as soon as one of its runs has a checkpoint"
"${sweep[@]}" &
killed=$!
until compgen -G "sweeps/maps/*/checkpoints/0*.checkpoint" > /dev/null; do
    kill -0 "$killed" || { echo "the sweep ended before it had a checkpoint"; exit 1; }
    sleep 0.1
done
kill -KILL "$killed"
! wait "$killed"
finished=$(find sweeps/maps -name '000000016.checkpoint' | wc -l)
echo "killed with $finished of 6 runs finished"
test "$finished" -lt 6

echo "--- the same command finishes it, as if nothing had happened"
"${sweep[@]}"
test "$(find sweeps/maps -name '000000016.checkpoint' | wc -l)" -eq 6
stigmergy train maps.yaml --training.threads 1 --training.seed 0 --run alone > alone.txt
cmp alone/metrics.csv sweeps/maps/algorithm=ippo,seed=0/metrics.csv
again=$("${sweep[@]}")
grep -q "6 of 6 runs are finished already" <<< "$again"

echo "--- its algorithms compared, and a run on other maps from one of its runs"
stigmergy compare sweeps/maps --output comparison.md
grep -q dpo comparison.md
stigmergy train maps.yaml --task.height 8 --task.width 8 --base "sweeps/maps/algorithm=ippo,seed=1" --run other \
    --training.total-steps 256 --training.threads 1
grep -q "seed=1" other/config.yaml other/meta.json

echo "--- a policy, taken away to where there is numpy and no stigmergy"
mkdir away
stigmergy export "sweeps/maps/algorithm=ippo,seed=1" away/policy.npz --loader
python - << END
import numpy as np
import stigmergy

policy = stigmergy.load_policy("sweeps/maps/algorithm=ippo,seed=1")
env = policy.make_env()
observations, infos = env.reset(seed=1)
seen, acted = [], []
while env.agents:
    seen.append([observations[agent] for agent in env.agents])
    actions = policy.act(observations, greedy=True)
    acted.append([actions[agent] for agent in env.agents])
    observations, *_ = env.step(actions)
np.savez("away/episode.npz", observations=seen, actions=acted)
END
cat > away/act.py << END
import importlib.util

import numpy as np
from load_policy import Policy

assert importlib.util.find_spec("stigmergy") is None
policy, episode, hidden_state, same = Policy("policy.npz"), np.load("episode.npz"), None, 0
for observation, expected in zip(episode["observations"], episode["actions"]):
    action, logits, hidden_state = policy.act(observation, hidden_state=hidden_state)
    two = np.sort(logits)[:, -2:]
    sure = two[:, 1] - two[:, 0] > 1e-4  # closer logits may be exchanged by rounding
    assert (action == expected)[sure].all()
    same += sure.sum()
assert same > 0
print(f"{same} actions of an episode are the same without stigmergy")
END
python -m venv away/venv
away/venv/bin/python -m pip install --quiet -c "$here/../constraints.txt" numpy
(cd away && env -u PYTHONPATH venv/bin/python act.py)

echo "--- the day is over"
