"""Scenarios on the command line: training among bots, and a trained run in other company."""

import pytest

from stigmergy.cli.entry import main

PLUGIN = """
from stigmergy import Seats, register_scenario

register_scenario("my/one_with_tit_for_tat-v0", world="dilemmas/iterated-v0", seats={"me": 1, "bot": Seats(1, "tit_for_tat")},
                  parameters={"max_cycles": 10}, description="beside tit for tat")
register_scenario("my/broken-v0", world="dilemmas/iterated-v0", seats={"me": 1, "bot": Seats(3, "tit_for_tat")})
"""
SHORT = [
    *("--training.total-steps", "128", "--training.num-envs", "4", "--training.rollout-length", "16"),
    *("--training.threads", "1", "--training.no-tensorboard", "--training.evaluation-interval", "0"),
]


@pytest.fixture(scope="module")
def plugin(tmp_path_factory):
    file = tmp_path_factory.mktemp("plugin") / "my_scenarios.py"
    file.write_text(PLUGIN)
    return str(file)


@pytest.fixture(scope="module")
def run(tmp_path_factory, plugin):
    """Two agents with one network that learn (hardly) with each other, ten rounds an episode."""
    folder = str(tmp_path_factory.mktemp("runs") / "run")
    given = ["--environment", "dilemmas/iterated-v0", "--task.max-cycles", "10", "--learner.network.sharing", "all"]
    assert main(["train", *given, "--plugin", plugin, "--run", folder, *SHORT]) == 0
    return folder


def test_a_run_plays_in_a_scenario_of_its_world(run, plugin, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    given = ["--episodes", "4", "--environment", "my/one_with_tit_for_tat-v0", "--plugin", plugin]
    assert main(["evaluate", run, *given, "--against", "defect"]) == 0
    shown = capsys.readouterr().out
    row = next(line for line in shown.splitlines() if line.startswith(" focal_return"))
    assert row.split()[-1] == "14", "always defecting against tit for tat: 5 + 9"


def test_agents_with_networks_of_their_own_play_in_a_scenario_that_has_some_of_them(tmp_path, plugin, capsys):
    folder, there = str(tmp_path / "run"), ["--environment", "my/one_with_tit_for_tat-v0", "--plugin", plugin]
    (tmp_path / "named.yaml").write_text(
        "environment: dilemmas/iterated-v0\nlearners: {agents: {algorithm: ippo, learner: {}}}"
    )
    assert main(["train", str(tmp_path / "named.yaml"), "--run", folder, *SHORT]) == 0
    capsys.readouterr()
    assert (
        main(["evaluate", folder, "--episodes", "4", *there, "--against", "cooperate", "--task.max-cycles", "5"]) == 0
    )
    assert "focal_return" in capsys.readouterr().out
    assert main(["render", folder, *there, "--output", str(tmp_path / "there.png"), "--steps", "3"]) == 0
    assert (tmp_path / "there.png").exists()


def test_a_run_in_an_environment_that_does_not_fit_is_an_error(run, capsys):
    assert main(["evaluate", run, "--environment", "dilemmas/common_pool-v0"]) == 2
    assert "does not fit" in capsys.readouterr().err


def test_a_learner_trains_among_bots(tmp_path, plugin, capsys):
    given = ["--environment", "my/one_with_tit_for_tat-v0", "--plugin", plugin, "--run", str(tmp_path / "run")]
    assert main(["train", *given, *SHORT]) == 0
    assert main(["render", str(tmp_path / "run"), "--output", str(tmp_path / "episode.png")]) == 0
    assert (tmp_path / "episode.png").exists()


def test_scenarios_are_listed_apart(plugin, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    assert main(["list", "--plugin", plugin]) == 0
    shown = capsys.readouterr().out
    assert (
        shown.index("scenarios of environments") < shown.index("my/one_with_tit_for_tat-v0") < shown.index("algorithms")
    )


def test_a_scenario_that_does_not_fit_its_world_is_an_error(plugin, capsys):
    assert main(["train", "--environment", "my/broken-v0", "--plugin", plugin]) == 2
    assert "the scenario 'my/broken-v0' has seats for 4 agents" in capsys.readouterr().err
