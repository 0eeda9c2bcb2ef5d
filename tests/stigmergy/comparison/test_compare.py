"""Comparison of run folders: groups, budgets, files, and what is refused."""

import csv
import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

import stigmergy
from benchmarks import references
from stigmergy.analysis.comparison.figure import draw
from stigmergy.analysis.comparison.references import DEFAULT, PATH, NoReference, find_reference
from stigmergy.cli.entry import main
from stigmergy.plotting.figures import pixels
from tests.stigmergy.comparison.run_folders import STEPS, UPDATES, write_run, write_sweep
from tests.test_wheel import ROOT

LEVELS = {"ippo": [1.0, 2.0, 3.0], "iql": [4.0, 5.0, 7.0]}


@pytest.fixture
def sweep(tmp_path) -> str:
    return write_sweep(tmp_path / "sweep", LEVELS)


def test_groups_differ_in_more_than_the_seed(sweep):
    comparison = stigmergy.compare(sweep)
    one, other = comparison.groups
    assert (one.name, other.name) == ("ippo", "iql")
    assert comparison.metric == "evaluation/return"
    assert comparison.budget == {"steps": STEPS * UPDATES, "seconds": UPDATES}
    # The last tenth of the steps is the last update, in which a run of level x has 10 x.
    assert one.scores.tolist() == [10, 20, 30]
    assert one.mean.value == 20
    assert one.mean.high == pytest.approx(20 + 4.302653 * 10 / math.sqrt(3))
    (pair,) = comparison.pairs
    assert (pair.ours, pair.theirs, pair.seeds) == ("iql", "ippo", (0, 1, 2))
    assert pair.difference.value == pytest.approx((30 + 30 + 40) / 3)
    assert pair.improvement.value == 1


def test_a_score_is_a_mean_over_the_end_of_the_budget(sweep):
    comparison = stigmergy.compare(sweep, steps=5 * STEPS)
    assert comparison.groups[0].scores.tolist() == [5, 10, 15]
    # A quarter of 5 updates ends after the first one, the only value up to there.
    assert comparison.groups[0].at["steps"][0].tolist() == [1, 2, 3]


def test_a_part_of_the_budget_without_a_value_has_none(sweep, capsys):
    assert main(["compare", sweep, "--steps", str(2 * STEPS)]) == 0
    rows = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "group 32 64 128" in rows
    assert any(row.startswith("ippo - 2 [") for row in rows)


def test_simulated_steps_count(tmp_path):
    sweep = write_sweep(tmp_path / "sweep", {"ippo": [1.0, 1.0, 1.0]})
    for seed in range(3):
        write_run(tmp_path / f"sweep/search-{seed}", seed, 1.0, algorithm="search", simulated=3 * STEPS)
    comparison = stigmergy.compare(sweep)
    # A search of four steps for each step of ippo has all 640 after 2.5 of its 10 updates.
    plain, search = comparison.groups
    assert comparison.budget["steps"] == STEPS * UPDATES
    assert plain.scores.tolist() == [10, 10, 10]
    assert search.scores.tolist() == [2, 2, 2]
    assert any("simulated" in note and "search 1,920" in note for note in comparison.notes)


def test_equal_seconds_are_other_updates_than_equal_steps(tmp_path):
    write_sweep(tmp_path / "sweep", {"quick": [1.0, 1.0, 1.0]}, seconds=1.0)
    comparison = stigmergy.compare(write_sweep(tmp_path / "sweep", {"slow": [1.0, 1.0, 1.0]}, seconds=2.0))
    quick, slow = comparison.groups
    assert comparison.budget["seconds"] == UPDATES
    assert quick.at["steps"][-1].tolist() == slow.at["steps"][-1].tolist() == [10, 10, 10]
    assert quick.at["seconds"][-1].tolist() == [10, 10, 10]
    assert slow.at["seconds"][-1].tolist() == [5, 5, 5]


@pytest.mark.parametrize("other", [{"meta": {"machine": "n"}}, {"training": {"threads": 2}}])
def test_seconds_of_different_machines_are_not_compared(sweep, tmp_path, other):
    write_run(tmp_path / "sweep/ippo-3", 3, 4.0, **other)
    comparison = stigmergy.compare(sweep)
    assert math.isnan(comparison.budget["seconds"])
    assert any(note.startswith("There are no scores at equal seconds") for note in comparison.notes)


def test_pairs_are_of_equal_seeds_and_the_baseline_chooses_them(tmp_path):
    levels = {name: [float(k + 1)] * 3 for k, name in enumerate("abcde")}
    sweep = write_sweep(tmp_path / "sweep", levels)
    shutil.rmtree(tmp_path / "sweep/b-0")
    every = stigmergy.compare(sweep).pairs
    assert [(pair.ours, pair.theirs) for pair in every] == [(name, "a") for name in "bcde"]
    assert every[0].seeds == (1, 2)
    assert [pair.theirs for pair in stigmergy.compare(sweep, baseline="c").pairs] == ["c"] * 4
    with pytest.raises(stigmergy.BadParameter, match="baseline is 'f', and there is no such group"):
        stigmergy.compare(sweep, baseline="f")


def test_named_groups_and_mappings_are_one_thing(sweep, tmp_path):
    folder = tmp_path / "sweep"
    by_name = stigmergy.compare([f"p={folder}/ippo-*", f"q={folder}/iql-*"])
    assert [group.name for group in by_name.groups] == ["p", "q"]
    mapping = {"p": sorted(folder.glob("ippo-*")), "q": sorted(folder.glob("iql-*"))}
    assert stigmergy.compare(mapping).pairs == by_name.pairs


def test_two_seeds_have_no_interval(tmp_path):
    comparison = stigmergy.compare(write_sweep(tmp_path / "sweep", {"ippo": [1.0, 2.0], "iql": [1.0, 2.0, 3.0]}))
    assert np.isnan(comparison.groups[0].mean[1:]).all()
    assert np.isnan(comparison.pairs[0].difference[1:]).all()
    assert "There is no interval of fewer than 3 seeds: ippo." in comparison.notes


def test_the_command_prints_and_writes(sweep, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    files = [str(tmp_path / f"out/result.{ending}") for ending in ("md", "png", "pdf", "csv", "json")]
    assert main(["compare", sweep, "--output", *files]) == 0
    shown = capsys.readouterr().out
    for words in ("20 [-4.841, 44.84]", "iql less ippo", "There are no normalized scores", "8 runs", "wrote"):
        assert words in shown
    text = Path(files[0]).read_text()
    assert "| ippo | 3 | 20 [-4.841, 44.84] |" in text
    assert "](result.png)" in text
    assert Path(files[1]).read_bytes().startswith(b"\x89PNG")
    assert Path(files[2]).read_bytes().startswith(b"%PDF")
    rows = list(csv.DictReader(Path(files[3]).read_text().splitlines()))
    assert [(row["group"], row["seed"], float(row["score"])) for row in rows[:2]] == [
        ("ippo", "0", 10),
        ("ippo", "1", 20),
    ]
    everything = json.loads(Path(files[4]).read_text())
    assert everything["groups"][0]["mean"]["value"] == 20
    assert everything["groups"][0]["tolerance"]["low"] is None
    assert everything["pairs"][0]["improvement_probability"]["value"] == 1


def test_the_figure_shows_what_differs(tmp_path):
    pytest.importorskip("matplotlib")
    eight = {"ippo": [1.0 + k / 10 for k in range(8)], "iql": [2.0 + k / 10 for k in range(8)]}
    comparison = stigmergy.compare(write_sweep(tmp_path / "sweep", eight))
    figure = draw(comparison)
    assert figure.get_suptitle() == "evaluation/return in games/switch-v0"
    scores, improvement, steps, seconds = figure.axes
    assert [label.get_text() for label in scores.get_yticklabels()] == ["ippo", "iql"]
    assert scores.lines[0].get_xdata().tolist() == comparison.groups[0].scores.tolist()
    assert [label.get_text() for label in improvement.get_yticklabels()] == ["iql > ippo"]
    assert [axes.get_xlabel() for axes in (steps, seconds)] == ["environment steps", "seconds"]
    assert "holds 50% of runs" in [text.get_text() for text in figure.legends[0].get_texts()]
    assert pixels(figure).std() > 5


# What cannot be compared


def refused(capsys, *args: str) -> str:
    capsys.readouterr()
    assert main(["compare", *args]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1
    return errors


def test_a_folder_without_runs_is_refused(tmp_path, capsys):
    (tmp_path / "empty/inner").mkdir(parents=True)
    assert "there is no run in" in refused(capsys, str(tmp_path / "empty"))
    assert "nowhere" in refused(capsys, str(tmp_path / "nowhere"))
    assert "no runs are given" in refused(capsys)


def test_a_single_run_is_refused(sweep, capsys):
    assert "needs two runs or more" in refused(capsys, f"{sweep}/ippo-0")


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"config": {"environment": "games/hallway-v0"}}, ["games/hallway-v0", "games/switch-v0", "environment"]),
        ({"config": {"task": {"num_agents": 4}}}, ["different tasks", "task.num_agents 2 and 4"]),
        ({"meta": {"fingerprint": "g"}}, ["different tasks", "fingerprints f and g"]),
        ({"meta": {"fingerprint": None}}, ["different tasks", "fingerprints f and none"]),
        ({"updates": 7}, ["1 of 7 runs is not finished", "7 of 10 updates", "--finished-only"]),
        ({"updates": 0}, ["0 of 10 updates"]),
        ({"updates": 4, "meta": {"diverged": "a loss is NaN"}}, ["is not finished", "diverged after 4 of 10 updates"]),
        ({"metrics": ("agents/loss",)}, ["no metric", "return"]),
        ({"training": {"best_metric": "length"}}, ["best_metric", "name a metric"]),
        ({"training": {"evaluation_max_steps": 5}}, ["evaluation_max_steps"]),
    ],
)
def test_runs_that_do_not_belong_together_are_refused(sweep, tmp_path, capsys, other, words):
    write_run(tmp_path / "sweep/other", 3, 1.0, **other)
    sentence = refused(capsys, sweep)
    for word in words:
        assert word in sentence


def test_a_seed_counts_once(sweep, tmp_path, capsys):
    write_run(tmp_path / "sweep/again", 0, 1.0)
    assert "two runs of the seed 0" in refused(capsys, sweep)
    shutil.rmtree(tmp_path / "sweep/again")
    assert "two runs of the seed 0" in refused(capsys, f"x={sweep}/ippo-*", f"x={sweep}/iql-*")
    assert "is given twice" in refused(capsys, f"x={sweep}/ippo-*", f"y={sweep}/ippo-*")


def test_unfinished_runs_are_left_out_on_request(sweep, tmp_path, capsys):
    write_run(tmp_path / "sweep/stopped", 3, 100.0, updates=7)
    assert main(["compare", sweep, "--finished-only"]) == 0
    shown = capsys.readouterr().out
    assert "Left out, because they are not finished" in shown
    assert "20 [-4.841, 44.84]" in shown


def test_runs_of_a_sweep_that_have_not_begun_are_missed(sweep, tmp_path, capsys):
    plan = {"runs": {f"{name}-{seed}": {} for name in LEVELS for seed in range(4)}}
    (tmp_path / "sweep/sweep.yaml").write_text(yaml.safe_dump(plan))
    assert "2 of the runs of the sweep have not begun, such as" in refused(capsys, sweep)
    assert main(["compare", sweep, "--finished-only"]) == 0
    assert "Left out: 2 of the runs" in capsys.readouterr().out


def test_other_options_are_checked(sweep, tmp_path, capsys):
    assert "steps is 1000; allowed is above 0 to 640" in refused(capsys, sweep, "--steps", "1000")
    assert "held is 1.5" in refused(capsys, sweep, "--held", "1.5")
    assert "evaluation/retrun" in refused(capsys, sweep, "--metric", "evaluation/retrun")
    assert ".md" in refused(capsys, sweep, "--output", str(tmp_path / "x.txt"))


# Normalized scores


def reference_run(folder: Path, seed: int, level: float, **changed) -> str:
    entry = next(own for own in json.loads(PATH.read_text())["games/switch-v0"] if own["config"] == DEFAULT)
    config = {"task": entry["task"] | changed}
    return write_run(folder, seed, level, config=config, meta={"fingerprint": entry["fingerprint"]})


def test_scores_lie_between_random_and_scripted_play(tmp_path):
    for seed in range(3):
        reference_run(tmp_path / f"{seed}", seed, 0.1)
    comparison = stigmergy.compare(tmp_path)
    reference = comparison.reference
    assert reference is not None
    assert reference.scripted_policy == "take_turns"
    low, high = reference.ends("evaluation/return")
    assert reference.normalize("evaluation/return", [low, high]).tolist() == [0, 1]
    assert comparison.groups[0].normalized == pytest.approx([(1.0 - low) / (high - low)] * 3)


def test_other_parameters_have_no_normalized_scores(tmp_path):
    for seed in range(3):
        reference_run(tmp_path / f"{seed}", seed, 0.1, num_agents=4)
    comparison = stigmergy.compare(tmp_path)
    assert comparison.groups[0].normalized is None
    assert any("are none of those with a reference" in note for note in comparison.notes)


def test_references_are_of_the_rules_of_today():
    """Every id has references, or a reason for none, with the fingerprint of the golden file."""
    golden = json.loads((ROOT / "tests/golden/fingerprints.json").read_text())
    kept = json.loads(PATH.read_text())
    assert set(kept) == set(golden), "python -m benchmarks.references ID measures that of a new id"
    for id, entries in kept.items():
        (default,) = (entry for entry in entries if entry["config"] == DEFAULT)
        assert default["fingerprint"] == golden[id]
        for entry in entries:
            if "reason" in entry:
                with pytest.raises(NoReference, match="has none"):
                    find_reference(id, entry["fingerprint"], entry["task"])
            else:
                low, high = find_reference(id, entry["fingerprint"], entry["task"]).ends("evaluation/return")
                assert low < high


def test_a_reference_that_is_measured_again_is_the_same(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(references, "PATH", tmp_path / "references.json")
    references.PATH.write_text('{"games/two_step-v0": [], "games/other-v0": []}')
    assert references.main(["games/two_step-v0"]) == 0
    assert "optimum 8" in capsys.readouterr().out
    measured, kept = (json.loads(path.read_text()) for path in (references.PATH, PATH))
    assert measured == {"games/two_step-v0": kept["games/two_step-v0"], "games/other-v0": []}
    assert references.main(["games/two_stp-v0"]) == 2
    assert "'games/two_step-v0'" in capsys.readouterr().err


def test_reasons_for_no_reference_are_sentences():
    with pytest.raises(NoReference, match="no reference was measured for 'games/nothing-v0'"):
        find_reference("games/nothing-v0", "f", {})
    with pytest.raises(NoReference, match="are none of those with a reference, which are the default ones"):
        find_reference("games/switch-v0", "f", {})


@pytest.mark.thorough  # trains
def test_runs_of_training_are_compared_and_have_their_reference(tmp_path):
    config = {
        "environment": "games/two_step-v0",
        "learner": {"network": {"hidden": [8]}, "epochs": 1},
        "training": {"total_steps": 64, "num_envs": 4, "rollout_length": 8, "evaluation_interval": 1,
                     "evaluation_episodes": 4, "tensorboard": False, "threads": 1},
    }  # fmt: skip
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(config))
    for seed in "012":
        run = str(tmp_path / f"runs/{seed}")
        assert main(["train", str(tmp_path / "small.yaml"), "--run", run, "--training.seed", seed]) == 0
    comparison = stigmergy.compare(tmp_path / "runs")
    assert comparison.budget["steps"] == 64
    assert comparison.reference is not None
    assert comparison.reference.scripted_policy == "optimum"
    assert (comparison.groups[0].scores <= 8).all()
