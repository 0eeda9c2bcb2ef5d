"""Asked for one thing, the commands and the Python entries do that or say what else they do."""

import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
import yaml

from stigmergy.algorithms.core.learner import Context
from stigmergy.algorithms.core.make import build_config, make_learner
from stigmergy.analysis.comparison.run_groups import grouped, mixtures
from stigmergy.cli.entry import main
from stigmergy.envs.registration.make import make
from stigmergy.training.evaluation import decide
from stigmergy.training.rollout_buffer import RolloutBuffer

# Curves of different tasks


def run_of(folder, **config):
    folder.mkdir()
    whole = {
        "environment": "games/switch-v0",
        "task": {"num_agents": 2},
        "algorithm": "ippo",
        "learner": {"gamma": 0.9},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(whole | config))
    (folder / "metrics.csv").write_text("step,name,value\n10,episode/return,1.0\n20,episode/return,2.0\n")
    return str(folder)


def test_runs_that_differ_in_their_seed_alone_are_a_group(tmp_path):
    runs = [run_of(tmp_path / f"{seed}", training={"seed": seed, "threads": seed}) for seed in range(3)]
    assert grouped(runs) == {"ippo": runs}
    assert mixtures(grouped(runs)) == []


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"task": {"num_agents": 4}}, ["ippo (num_agents 2)", "ippo (num_agents 4)"]),
        (
            {"environment": "games/chase-v0"},
            ["ippo (environment games/switch-v0)", "ippo (environment games/chase-v0)"],
        ),
        ({"learner": {"gamma": 0.5}}, ["ippo (learner.gamma 0.9)", "ippo (learner.gamma 0.5)"]),
        ({"algorithm": "iql"}, ["ippo", "iql"]),
    ],
)
def test_runs_of_different_kinds_have_lines_of_their_own(changed, names, tmp_path, capsys):
    one, other = run_of(tmp_path / "one"), run_of(tmp_path / "other", **changed)
    assert list(grouped([one, other])) == names
    # Who puts them into one group by name is told.
    assert main(["plot", f"all={tmp_path}/o*", "--output", str(tmp_path / "out")]) == 0
    assert "the group 'all' averages runs that differ in" in capsys.readouterr().err


# Windows without a display


def without_display(*args: str, **variables: str) -> subprocess.CompletedProcess:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    environment = {name: value for name, value in os.environ.items() if name not in hidden} | variables
    return subprocess.run([sys.executable, *args], capture_output=True, text=True, env=environment, check=False)


needs_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="other systems do not say if there is a display"
)


@needs_linux
def test_a_window_without_a_display_is_refused():
    shown = without_display("-m", "stigmergy", "render", "--environment", "games/switch-v0", "--window", "--steps", "2")
    assert shown.returncode == 2
    assert "there is no display for a window" in shown.stderr


@needs_linux
def test_so_is_the_render_mode_human_but_not_a_driver_of_ones_own():
    program = "import stigmergy; stigmergy.parallel_env('games/switch-v0', 'human').reset(seed=1); print('shown')"
    refused = without_display("-c", program)
    assert refused.returncode == 1
    assert "there is no display for a window" in refused.stderr
    assert without_display("-c", program, SDL_VIDEODRIVER="dummy").stdout.strip().endswith("shown")


# Options that would be ignored


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--checkpoint", "best"], "--checkpoint is for runs"),
        (["--greedy", "runs/mine"], "the run folder comes first"),
    ],
)
def test_options_that_would_be_ignored_are_refused(args, sentence, capsys):
    assert main(["render", "--environment", "games/switch-v0", *args]) == 2
    assert sentence in capsys.readouterr().err


# Training on with what has been annealed to nothing


@pytest.mark.parametrize(("name", "options"), [("ippo", {}), ("mappo", {}), ("iql", {"anneal": True, "warm_up": 1})])
def test_a_finished_learner_that_is_to_learn_on_says_that_it_cannot(name, options):
    env = make("games/switch-v0", 4, max_cycles=12)
    config = build_config(name, {"network": {"hidden": [8]}, **options})

    def learner(num_updates):
        return make_learner(
            name, Context(env.spec, env.spec.groups[0], 1, num_updates, 4, 8, env_config=env.config), config
        )

    def rollout(own):
        buffer = RolloutBuffer(env.spec, own.group, 4, 8, own.information)
        hidden_state, step = own.initial_hidden_state(4), env.reset(3)
        for t in range(8):
            buffer.see(t, step)
            decision = decide(env, step, own.group.name, own, hidden_state)
            step = env.step({own.group.name: decision.action})
            buffer.follow(t, decision, step)
        buffer.see(8, step)
        data = buffer.rollout(hidden_state, hidden_state)
        return data._replace(others={})

    finished = learner(2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            finished.learn(rollout(finished))
    for own in (learner(2), learner(4)):
        own.load_state_dict(finished.state_dict())
        before = [value.detach().clone() for value in own.network.parameters()]
        if own.context.num_updates == 2:
            with pytest.warns(UserWarning, match=r"learns nothing any more.*num_updates = 2.*anneal=False"):
                own.learn(rollout(own))
        else:
            own.learn(rollout(own))
        moved = any(not np.array_equal(a.numpy(), b.detach().numpy()) for a, b in zip(before, own.network.parameters()))
        assert moved == (own.context.num_updates == 4)
