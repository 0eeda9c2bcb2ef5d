"""Counts of sanctions against a slow loop, known plays, and the environment's own counts."""

import csv
from importlib.util import find_spec

import numpy as np
import pytest

from stigmergy.analysis.sanction_counts import count_sanctions
from stigmergy.api.evaluation import baseline
from stigmergy.cli.entry import main
from stigmergy.envs.errors import UserError
from stigmergy.envs.registration.scenario import Seats, register_scenario
from stigmergy.training.evaluation import Players
from stigmergy.training.experiment import build_experiment

SHOOTERS = {
    "environment": "dilemmas/cleanup-v0",
    "task": {"num_agents": 7, "max_cycles": 60, "ends_after": 20, "end_interval": 1, "end_chance": 0.05},
}
AMONG_PUNISHERS = "my/contributor_among_punishers-v0"


@pytest.fixture(autouse=True, scope="module")
def _scenario():
    register_scenario(
        AMONG_PUNISHERS,
        world="dilemmas/public_goods-v0",
        seats={"me": Seats(agents=(2,)), "bots": Seats(3, "punish")},
    )


def setting(plain, episodes, policy):
    experiment = build_experiment(plain | {"algorithm": "random"})
    env = experiment.make_env(episodes)
    return env, baseline(experiment, env, policy, seed=3)


def counted_slowly(env, learners, seed):
    """Sanctions of each env's first episode, step by step, without and with later episodes."""
    for learner in learners.values():
        learner.reseed(seed)
    players, step = Players(env, learners), env.reset(seed)
    n = env.spec.num_agents
    first, all = ({name: np.zeros((env.num_envs, n, n)) for name in ("hits", "could", "did", "took")} for _ in range(2))
    over = [False] * env.num_envs
    while not (np.array(over) | step.last).all():
        over = [was or bool(is_) for was, is_ in zip(over, step.last)]
        step = env.step(players.act(step))
        for env_index in range(env.num_envs):
            for counts in (all,) if over[env_index] else (first, all):
                for i in range(n):
                    could, did = (step.signals[name][env_index, i] == 1 for name in ("opportunity", "sanction"))
                    counts["could"][env_index, i, 0] += could
                    counts["did"][env_index, i, 0] += did
                    counts["took"][env_index, i, 0] += could and did
                    for j in range(n):
                        counts["hits"][env_index, i, j] += step.signals["target"][env_index, i, j]
    return first, all


def test_episodes_that_end_early_are_counted_once():
    env, learners = setting(SHOOTERS, 6, "random")
    counted = count_sanctions(env, learners, seed=5)
    assert len(set(counted.outcomes.lengths.tolist())) > 2, "episodes end at different times"
    first, all = counted_slowly(*setting(SHOOTERS, 6, "random"), seed=5)
    for own, name in ((counted.opportunities, "could"), (counted.sanctions, "did"), (counted.taken, "took")):
        np.testing.assert_array_equal(own, first[name][:, :, 0])
        assert own.sum() > 0
    np.testing.assert_array_equal(counted.hits, first["hits"])
    assert all["did"].sum() > first["did"].sum(), "envs go on while others still play"


def test_counts_are_what_the_environment_counts():
    counted = count_sanctions(*setting(SHOOTERS, 6, "random"), seed=5)
    metrics = counted.outcomes.metrics
    np.testing.assert_array_equal(counted.sanctions.sum(axis=1), metrics["sanctions"])
    np.testing.assert_array_equal(counted.hits.sum(axis=(1, 2)), metrics["hits"])
    np.testing.assert_allclose(counted.taken.sum(axis=1) / counted.opportunities.sum(axis=1), metrics["sanction_rate"])


def test_bots_of_a_scenario_have_their_rows():
    """Agent 2 gives nothing in 10 rounds, and the three others punish it in each.

    They have nobody else to punish.
    """
    counted = count_sanctions(*setting({"environment": AMONG_PUNISHERS}, 2, "defect"), seed=0)
    assert counted.agents == ("agent_0", "agent_1", "agent_2", "agent_3")
    expected = np.zeros((4, 4))
    expected[[0, 1, 3], 2] = 10
    np.testing.assert_array_equal(counted.hits, [expected, expected])
    np.testing.assert_array_equal(counted.rate, [1, 1, 0, 1])
    np.testing.assert_array_equal(counted.columns()["hits_received"], [0, 0, 30, 0])
    np.testing.assert_array_equal(counted.metrics()["just_share"], [1, 1])
    nobody = count_sanctions(*setting({"environment": AMONG_PUNISHERS}, 2, "cooperate"), seed=0)
    assert nobody.hits.sum() == 0
    assert np.isnan(nobody.metrics()["just_share"]).all(), "of no hits no share is just"


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="the extra `plots` is not installed")
def test_the_command_prints_and_writes(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    given = ["--environment", AMONG_PUNISHERS, "--algorithm", "defect", "--episodes", "3"]
    assert main(["sanctions", *given, "--against", "cooperate", "--output", str(tmp_path / "new")]) == 0
    shown = capsys.readouterr().out
    first, second = shown.split(f"cooperate in {AMONG_PUNISHERS}: means over 3 episodes")
    lines = [line.split() for line in first.splitlines()]
    assert ["agent_0", "10", "10", "1", "10", "0"] in lines
    assert ["agent_2", "10", "0", "0", "0", "30"] in lines
    assert ["just_share", "1"] in lines
    assert ["agent_2", "10", "0", "0", "0", "0"] in [line.split() for line in second.splitlines()]
    rows = list(csv.DictReader((tmp_path / "new" / "sanctions.csv").open()))
    assert [(row["agent"], float(row["rate"]), float(row["hits_received"])) for row in rows][2] == (
        "agent_2",
        0.0,
        30.0,
    )
    matrix = list(csv.reader((tmp_path / "new" / "who_sanctions_whom.csv").open()))
    assert matrix[0] == ["sanctioner", "agent_0", "agent_1", "agent_2", "agent_3"]
    assert matrix[4] == ["agent_3", "0.0", "0.0", "10.0", "0.0"]
    assert (tmp_path / "new" / "cooperate" / "who_sanctions_whom.png").stat().st_size > 1000


def test_the_command_plays_a_run(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    folder = str(tmp_path / "run")
    short = ["--training.total-steps", "64", "--training.num-envs", "4", "--training.rollout-length", "16"]
    quiet = ["--training.threads", "1", "--training.no-tensorboard", "--training.evaluation-interval", "0"]
    assert main(["train", "--environment", "dilemmas/public_goods-v0", "--run", folder, *short, *quiet]) == 0
    capsys.readouterr()
    assert main(["sanctions", folder, "--episodes", "2"]) == 0
    assert "ippo (run) in dilemmas/public_goods-v0" in capsys.readouterr().out
    assert main(["sanctions", folder, "--episodes", "2", "--environment", AMONG_PUNISHERS]) == 0
    assert AMONG_PUNISHERS in capsys.readouterr().out
    assert main(["sanctions", folder, "--episodes", "2", "--algorithm", "random"]) == 2
    assert "--algorithm" in capsys.readouterr().err, "it is for when there is no run"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            ["--environment", "dilemmas/iterated-v0"],
            "'dilemmas/iterated-v0' with these parameters has no public sanctions",
        ),
        (["--environment", "dilemmas/public_goods-v0", "--task.no-punishment"], "has no public sanctions"),
        (["--environment", "dilemmas/cleanup-v0", "--episodes", "0"], "episodes is 0; allowed is 1 or more"),
        ([], "there is nothing to play"),
    ],
)
def test_what_cannot_be_counted_is_one_sentence(given, sentence, capsys):
    assert main(["sanctions", *given]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


def test_the_library_says_so_too():
    with pytest.raises(UserError, match="no public sanctions: the signal 'opportunity'"):
        count_sanctions(*setting({"environment": "dilemmas/iterated-v0"}, 2, "defect"), seed=0)
