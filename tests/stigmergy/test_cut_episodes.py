"""Episodes that are cut are said to be.

An evaluation never passes a part of an episode off as the whole.
"""

import json

import numpy as np
import pytest

from stigmergy.algorithms.core.learner import Learner
from stigmergy.cli.entry import main
from stigmergy.envs.errors import BadParameter
from stigmergy.training.evaluation import evaluate, step_limit
from stigmergy.training.experiment import build_experiment
from stigmergy.training.trainer import build_learners
from tests.support.foreign import Counter, register, training


class Late(Counter):
    """Episodes of 1,200 steps that are paid in the last one."""

    length = 1200

    def pay(self, agent, action):
        return 50.0 if self.t == self.length else 0.0


class Uneven(Counter):
    """Half of the episodes end after 4 steps, half after 40."""

    def reset(self, seed=None, options=None):
        self.length = 4 if seed % 2 else 40
        return super().reset(seed, options)


def built(id: str, episodes: int) -> tuple:
    experiment = build_experiment({"environment": id, "algorithm": "random"})
    env = experiment.make_env(episodes)
    return env, build_learners(experiment, env, 0)


def test_a_long_episode_is_cut_and_marked():
    env, learners = built(register("late", Late), 2)
    assert step_limit(env.spec, None) == 1000
    outcomes = evaluate(env, learners, 0, max_steps=step_limit(env.spec, None))
    assert outcomes.cut.tolist() == [True, True]
    assert outcomes.lengths.tolist() == [1000, 1000]
    whole = evaluate(env, learners, 0, max_steps=1200)
    assert whole.cut.tolist() == [False, False]
    assert whole.columns()["return"].tolist() == [50, 50]


def test_only_those_are_marked_that_were_cut():
    env, learners = built(register("uneven", Uneven), 8)
    outcomes = evaluate(env, learners, 0, max_steps=10)
    assert set(outcomes.lengths.tolist()) == {4, 10}
    assert (outcomes.cut == (outcomes.lengths == 10)).all()


def test_a_horizon_is_waited_for_unless_a_limit_is_given():
    experiment = build_experiment({"environment": "games/switch-v0", "algorithm": "random", "task": {"max_cycles": 12}})
    env = experiment.make_env(2)
    assert step_limit(env.spec, None) is None
    assert step_limit(env.spec, 5) == 5
    players: dict[str, Learner] = build_learners(experiment, env, 0)
    assert not evaluate(env, players, 0).cut.any()
    assert evaluate(env, players, 0, max_steps=3).lengths.tolist() == [3, 3]


@pytest.mark.parametrize("steps", [0, -1])
def test_a_limit_of_no_steps_is_refused(steps):
    env, learners = built(register("late", Late), 1)
    with pytest.raises(BadParameter, match=f"max_steps is {steps}; allowed is 1 or more"):
        evaluate(env, learners, 0, max_steps=steps)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> str:
    folder = str(tmp_path_factory.mktemp("cut") / "run")
    assert main(["train", "--environment", register("uneven", Uneven), "--run", folder, *training()]) == 0
    return folder


def test_evaluate_says_how_many_were_cut(run, capsys):
    assert main(["evaluate", run, "--episodes", "8", "--max-steps", "10", "--against", "random"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("of 8 episodes were cut after 10 steps") == 2
    assert main(["evaluate", run, "--episodes", "8"]) == 0
    assert "cut" not in capsys.readouterr().out


def test_the_file_of_outcomes_marks_them(run, tmp_path):
    path = tmp_path / "outcomes.json"
    assert main(["evaluate", run, "--episodes", "8", "--max-steps", "10", "--output", str(path)]) == 0
    rows = {row["outcome"]: row["values"] for row in json.loads(path.read_text())["rows"]}
    assert [length == 10 for length in rows["length"]] == [bool(cut) for cut in rows["cut"]]
    assert 0 < sum(rows["cut"]) < 8


@pytest.mark.parametrize(
    "options", [("--max-steps", "0"), ("--max-steps", "-1"), ("--episodes", "0"), ("--episodes", "-3")]
)
def test_evaluate_refuses_to_play_nothing(run, options, capsys):
    assert main(["evaluate", run, *options]) == 2
    name = options[0].removeprefix("--").replace("-", "_")
    assert f"{name} is {options[1]}; allowed is 1 " in capsys.readouterr().err


def test_a_run_without_evaluations_has_no_best(run, capsys):
    assert main(["evaluate", run, "--checkpoint", "best"]) == 2
    assert "has no best checkpoint" in capsys.readouterr().err


def test_cut_episodes_leave_their_metrics_undefined():
    env, learners = built("pathfinding/lifelong-v0", 2)
    outcomes = evaluate(env, learners, 0, max_steps=2)
    assert outcomes.cut.all()
    assert set(outcomes.metrics) == set(env.spec.metrics) != set()
    assert all(np.isnan(values).all() for values in outcomes.metrics.values())
