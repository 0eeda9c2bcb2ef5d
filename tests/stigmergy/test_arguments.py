"""`--task.NAME VALUE` reaches the factory of a bridged environment, typed as YAML."""

from dataclasses import dataclass

import pytest

from stigmergy.api.train_arguments import base_config, options_class
from stigmergy.cli.options import extend, parse
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.interop.from_pettingzoo import BridgeConfig
from stigmergy.training.experiment import build_experiment


@dataclass(frozen=True)
class Options:
    """Nothing of its own."""

    run: str = ""


def given(*args, task=None):
    """The task that arguments make."""
    cls = extend(Options, task=(task or BridgeConfig(), "Parameters."))
    return parse(cls, "test", args).task


@pytest.mark.parametrize(
    ("args", "arguments"),
    [
        (["--task.n", "3"], {"n": 3}),
        (["--task.n=3"], {"n": 3}),
        (["--task.arguments.n", "3"], {"n": 3}),
        (["--task.arguments.n=-3", "--run", "x"], {"n": -3}),
        (["--task.max-cycles", "25"], {"max_cycles": 25}),
        (["--task.noisy", "true", "--task.team", "red"], {"noisy": True, "team": "red"}),
        (["--task.noisy", "--run", "x"], {"noisy": True}),
        (["--task.speeds", "1.0", "-2"], {"speeds": [1.0, -2]}),
        (["--task.speeds", "[1, 2.5]"], {"speeds": [1, 2.5]}),
        (["--task.rate", "1e-3"], {"rate": 0.001}),
        (["--task.size", "{x: 1, y: 2}"], {"size": {"x": 1, "y": 2}}),
        (["--task.size.x", "1", "--task.size.y", "2"], {"size": {"x": 1, "y": 2}}),
        (["--task.name", "null"], {"name": None}),
    ],
)
def test_names_that_are_no_options_are_arguments(args, arguments):
    assert given(*args) == BridgeConfig(arguments)


def test_the_options_of_the_bridge_stay_its_own():
    task = given("--task.scalarize", "0.5", "2", "--task.checks", "first", "--task.n", "1")
    assert task == BridgeConfig({"n": 1}, scalarize=(0.5, 2.0), checks="first")


def test_arguments_of_a_config_are_kept():
    assert given("--task.n", "3", task=BridgeConfig({"n": 2, "m": 1})).arguments == {"n": 3, "m": 1}


def test_a_value_that_is_no_yaml_is_named():
    with pytest.raises(BadParameter, match=r"--task.speeds is '\[1', which cannot be read as YAML"):
        given("--task.speeds", "[1")


def test_other_tasks_take_no_further_names():
    args = ["--environment", "pathfinding/oneshot-v0", "--algorithm", "ippo", "--task.mood", "3"]
    experiment = build_experiment(base_config(args))
    with pytest.raises(BadParameter, match=r"has no option --task.mood"):
        parse(options_class(experiment), "train", args)


def test_train_hands_them_on():
    args = ["--environment", "pettingzoo:mpe2.simple_spread_v3", "--algorithm", "ippo", "--task.N", "2"]
    experiment = build_experiment(base_config(args))
    assert parse(options_class(experiment), "train", args).task.arguments == {"N": 2}
