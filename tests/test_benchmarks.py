import dataclasses
import math
import sys

import numpy as np
import pytest

from benchmarks import __main__ as entry
from benchmarks import compare, learners, learning, signals
from benchmarks.norms import run as norms
from benchmarks.norms.report import cell
from benchmarks.norms.results_csv import read_rows
from benchmarks.peers import run as peers
from stigmergy.training.experiment import build_experiment

CURVE = [(1.0, -30.0), (2.0, -20.0), (3.0, -30.0), (4.0, -22.0), (5.0, -22.0), (6.0, -28.0)]


def test_a_level_is_passed_when_the_mean_over_the_window_is_there():
    assert learners.passes(-22.0, CURVE, 1) == 2.0
    assert learners.passes(-22.0, CURVE, 2) == 5.0
    assert learners.passes(-21.9, CURVE, 2) == math.inf
    assert learners.passes(-40.0, CURVE, 7) == math.inf, "there never were so many updates"


def test_a_side_reaches_a_level_with_the_median_of_its_seeds():
    contest = dataclasses.replace(
        learners.contests()[0], level=-22.0, num_envs=1000, length=26
    )  # a window is one update
    quick, slow = learners.Run(600, 6.0, CURVE), learners.Run(600, 6.0, [(1.0, -30.0), *CURVE[3:]])
    never = learners.Run(600, 6.0, [(1.0, -30.0), (6.0, -29.0)])
    assert learners.Side("", [quick, slow, never], 0).reach(contest) == (4.0, 300.0)
    assert learners.Side("", [quick, slow, never], 0).last(contest) == -28.0
    assert learners.Side("", [quick, never, never], 0).reach(contest) is None
    assert learners.Side("", [learners.Run(600, 6.0, [])], 0).reach(contest) is None


@pytest.mark.parametrize("contest", learners.contests(), ids=lambda contest: contest.name)
def test_ours_and_theirs_do_the_same_work(contest):
    training = build_experiment(contest.experiment(seed=0)).training
    assert training.num_updates == contest.updates
    rollout = training.rollout_length - contest.whole_episodes
    assert training.num_envs * rollout * contest.updates == contest.steps


def test_a_step_into_the_next_episode_is_not_counted():
    contest = dataclasses.replace(learners.contests()[-1], updates=2)  # each rollout is an episode and such a step
    assert contest.whole_episodes
    run = learners.run_ours(contest, seed=0)
    assert run.agent_steps == 3 * contest.steps
    assert len(run.curve) == 2
    assert run.curve[0][0] < run.curve[1][0] <= run.seconds
    assert all(-100 < value < -5 for _, value in run.curve)


def test_a_peer_needs_its_sources_and_says_what_it_lacks(monkeypatch, tmp_path):
    monkeypatch.delenv("STIGMERGY_EPYMARL", raising=False)
    monkeypatch.setenv("STIGMERGY_EPYMARL_PYTHON", sys.executable)
    assert peers.peer_python("epymarl") is None
    monkeypatch.setenv("STIGMERGY_EPYMARL", str(tmp_path))
    assert peers.peer_python("epymarl") == sys.executable
    with pytest.raises(RuntimeError, match="epymarl failed: ModuleNotFoundError: No module named 'learners'"):
        peers.ask_peer("epymarl", steps=1)


@pytest.mark.thorough  # compiles two steps that no cache keeps
def test_the_channel_of_sanctions_is_timed_against_the_same_step_without_noting():
    full, bare = (
        signals.with_note("dilemmas/harvest-v0", note, 8) for note in (signals.note_opportunities, signals.note_nothing)
    )
    for env in (full, bare):
        env.reset(0)
    rng, noted = np.random.default_rng(0), 0
    for _ in range(100):
        action = rng.integers(0, 8, (8, 7))
        one, other = full.step(action), bare.step(action)
        np.testing.assert_array_equal(one.groups["agents"].observation, other.groups["agents"].observation)
        np.testing.assert_array_equal(one.signals["target"], other.signals["target"])
        assert not other.signals["opportunity"].any()
        noted += one.signals["opportunity"].sum()
    assert noted > 20
    row = signals.measure("dilemmas/harvest-v0", seconds=0.01, rounds=3, num_envs=8)
    assert row.agents == 7
    assert 0 < row.kernel < row.step
    assert 0 < row.share < 0.5
    assert row.saved < 1
    assert row.collecting < 1
    assert min(row.local, row.public) > 1000


def test_the_old_word_for_baselines_still_chooses_them(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmarks", "yardsticks", "baselines"])
    monkeypatch.setitem(entry.PARTS, "baselines", lambda console: console.print("measured"))
    assert entry.main() == 0
    assert capsys.readouterr().out.count("measured") == 2
    monkeypatch.setattr(sys, "argv", ["benchmarks", "sticks"])
    assert entry.main() == 2
    assert "there is no benchmark 'sticks'" in capsys.readouterr().err
    assert learning._names(("random", "yardstick", "scripted", "pibt")) == ["random", "scripted", "pibt"]


def rows(algorithm, values, kind=compare.FINAL, step=100):
    return [compare.Row("games/x", algorithm, seed, kind, step, value, 1.0) for seed, value in enumerate(values)]


def test_the_interval_of_a_difference_is_welchs():
    gap, half = compare.difference([10, 11, 12], [1, 2, 3])
    # Both variances are 1: four degrees of freedom, whose quantile is 2.776, times sqrt(1/3 + 1/3).
    assert gap == 9
    assert half == pytest.approx(2.776 * (2 / 3) ** 0.5, rel=1e-3)
    assert compare.difference([1, 1], [1, 1]) == (0, 0)


@pytest.mark.parametrize(
    ("dpo", "word"), [([10, 11, 12], "above"), ([-10, -11, -12], "below"), ([1, 2, 4], "not told apart"), ([9], "")]
)
def test_a_claim_is_told_by_the_interval(dpo, word):
    measured = rows("dpo", dpo) + rows("ippo", [1, 2, 3]) + rows("dpo", [99] * 3, compare.CURVE)
    assert compare.verdict(measured, "games/x", ("dpo", "ippo")).startswith(word)


def test_a_comparison_goes_on_where_it_stopped_and_ends_in_a_table_and_charts(tmp_path, monkeypatch):
    options = compare.Options(
        ("games/two_step",),
        ("ippo", "qmix", "nobody"),
        ("qmix", "ippo"),
        seeds=2,
        episodes=4,
        steps=1600,
        output=str(tmp_path),
    )
    monkeypatch.setattr(compare.tyro, "cli", lambda cls: options)
    compare.main()
    first = (tmp_path / "runs.csv").read_text()
    assert {(row.algorithm, row.seed) for row in compare.read_rows(tmp_path / "runs.csv")} == {
        ("ippo", 0), ("ippo", 1), ("qmix", 0), ("qmix", 1)
    }  # fmt: skip
    assert "| task | steps | seeds | ippo | qmix | qmix beside ippo |" in (tmp_path / "table.md").read_text()
    assert (tmp_path / "games_two_step.png").stat().st_size > 1000
    compare.main()
    assert (tmp_path / "runs.csv").read_text() == first


def test_an_experiment_on_norms_trains_reports_and_goes_on(tmp_path, monkeypatch, capsys):
    options = norms.Options(
        ("cleanup",), ("norms", "base"), seeds=2, steps=3200, episodes=2, jobs=1, output=str(tmp_path)
    )
    monkeypatch.setattr(norms.tyro, "cli", lambda cls: options)
    norms.main()
    rows = read_rows(tmp_path / "runs.csv")
    assert {(row.condition, row.seed) for row in rows} == {(c, s) for c in ("norms", "base") for s in (0, 1)}
    assert len([row for row in rows if row.kind == "done"]) == 4
    table = (tmp_path / "cleanup.md").read_text()
    assert "| return |" in table
    assert "| base | guilty |" in table
    assert "cleanup_norms_hits.png" in {path.name for path in tmp_path.iterdir()}
    assert "seed 1" in capsys.readouterr().out
    norms.main()  # everything stands there: nothing is trained again
    assert "seed 1" not in capsys.readouterr().out
    for wrong, sentence in (
        ({"steps": 6400}, "has a run of cleanup, norms, 0 of 3200 steps"),
        ({"conditions": ("x",)}, "there is no condition 'x'"),
    ):
        options = dataclasses.replace(options, **wrong)
        with pytest.raises(SystemExit, match=sentence):
            norms.main()
        options = dataclasses.replace(options, steps=3200, conditions=("norms", "base"))


def test_a_cell_says_of_how_many_seeds_it_is():
    assert cell([1.0, 2.0, 3.0]) == "2 ± 2.5"
    assert cell([1.0, math.nan, 3.0]) == "2 (2 of 3)"
    assert cell([math.nan]) == "-"
