"""The commands, from a user's side."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

import stigmergy
from stigmergy.analysis.outcome_files import write_outcomes
from stigmergy.cli.entry import main
from stigmergy.training.evaluation import Outcomes
from stigmergy.training.experiment import build_experiment, read_config, shipped_configs
from tests.test_wheel import ROOT
from tests.training.support.small import CONFIG


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("commands")
    (folder / "small.yaml").write_text(
        yaml.safe_dump(CONFIG | {"training": CONFIG["training"] | {"tensorboard": True}})
    )
    assert (
        main(["train", str(folder / "small.yaml"), "--run", str(folder / "run"), "--training.total-steps", "256"]) == 0
    )
    return str(folder / "run")


def read_csv(run: str, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(run, name).read_text().splitlines()))


def test_list_shows_what_there_is(capsys):
    assert main(["list"]) == 0
    shown = capsys.readouterr().out
    for name in ("pathfinding/lifelong-v0", "ippo", "pibt", *shipped_configs()):
        assert name in shown


@pytest.mark.parametrize("name", shipped_configs())
def test_configs_that_come_along_are_complete(name):
    experiment = build_experiment(read_config(name))
    assert build_experiment(experiment.to_dict()) == experiment


def test_a_run_holds_what_it_promises(run):
    config = yaml.safe_load(Path(run, "config.yaml").read_text())
    assert config["training"]["total_steps"] == 256
    assert config["learner"]["gamma"] == 0.99  # defaults are written out
    rows = read_csv(run, "metrics.csv")
    assert {"episode/return", "evaluation/throughput", "agents/policy_loss"} <= {row["name"] for row in rows}
    assert [float(row["value"]) for row in rows if row["name"] == "episode/length"]
    assert len(read_csv(run, "timing.csv")) == 8


def test_evaluate_prints_outcomes_beside_baselines(run, capsys):
    assert main(["evaluate", run, "--against", "random", "pibt", "--episodes", "4", "--task.num-agents", "3"]) == 0
    shown = capsys.readouterr().out
    for word in ("throughput", "random", "pibt", "return"):
        assert word in shown


def test_render_writes_what_the_name_says(run, tmp_path):
    files = [str(tmp_path / f"episode{suffix}") for suffix in (".gif", ".mp4", ".png")]
    assert main(["render", run, "--output", *files, "--steps", "4", "--follow", "1"]) == 0
    starts = [Path(file).read_bytes()[:12] for file in files]
    assert starts[0].startswith(b"GIF8")
    assert starts[1][4:8] == b"ftyp"
    assert starts[2].startswith(b"\x89PNG")


def test_render_shows_scripted_policies_without_a_run(tmp_path):
    output = str(tmp_path / "a.png")
    assert (
        main(
            [
                "render",
                "--environment",
                "pathfinding/oneshot-v0",
                "--algorithm",
                "pibt",
                "--output",
                output,
                "--steps",
                "3",
            ]
        )
        == 0
    )


def test_check_passes_ours_and_fails_a_broken_one(tmp_path, capsys):
    plugin = tmp_path / "broken.py"
    text = (ROOT / "docs/examples/meeting.py").read_text().replace("meeting-v0", "broken-v0")
    plugin.write_text(text.replace(".observation[:] = offset", ".observation[:] = 9 + offset"))
    assert main(["check", "broken-v0", "--plugin", str(plugin)]) == 1
    assert "outside its space" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "args",
    [
        ["--environment", "meeting-v0", "--plugin", str(ROOT / "docs/examples/meeting.py")],
        ["--algorithm", "reinforce", "--plugin", str(ROOT / "docs/examples/reinforce.py"), "--task.num-agents", "2"],
        ["--environment", "pettingzoo:mpe2.simple_spread_v3", "--algorithm", "ippo"],
    ],
    ids=["a user's environment", "a user's learner", "a PettingZoo environment"],
)
def test_what_users_bring_trains_resumes_and_renders(args, tmp_path, capsys):
    run = str(tmp_path / "run")
    training = {
        "total-steps": 64,
        "num-envs": 2,
        "rollout-length": 8,
        "evaluation-interval": 2,
        "evaluation-episodes": 2,
        "threads": 1,
    }
    options = [part for name, value in training.items() for part in (f"--training.{name}", str(value))]
    assert main(["train", *args, "--run", run, *options]) == 0
    assert main(["resume", run]) == 0
    assert main(["evaluate", run, "--episodes", "2"]) == 0


@pytest.mark.parametrize("file", ["meeting.py", "reinforce.py"])
def test_the_examples_are_short(file):
    assert len((ROOT / "docs/examples" / file).read_text().splitlines()) < 60


def test_a_policy_plays_in_pettingzoo(run):
    policy = stigmergy.load_policy(run)
    env = policy.make_env()
    observations, _ = env.reset(seed=1)
    steps = 0
    while env.agents:
        actions = policy.act(observations)
        assert set(actions) == set(env.agents)
        observations, *_ = env.step(actions)
        steps += 1
    assert steps == CONFIG["task"]["max_cycles"]
    with pytest.raises(KeyError, match="nobody"):
        policy.act({"nobody": np.zeros(3)})


def test_shared_policies_run_on_other_numbers_of_agents(tmp_path, capsys):
    learner = CONFIG["learner"] | {"network": CONFIG["learner"]["network"] | {"sharing": "all"}}
    (tmp_path / "shared.yaml").write_text(yaml.safe_dump(CONFIG | {"learner": learner}))
    run = str(tmp_path / "run")
    assert main(["train", str(tmp_path / "shared.yaml"), "--run", run, "--training.total-steps", "64"]) == 0
    assert main(["evaluate", run, "--episodes", "2", "--task.num-agents", "5"]) == 0


def test_outcomes_go_into_a_file(run, tmp_path, capsys):
    """The file has the numbers of the table; JSON has the episodes that they are means of."""
    table, whole = tmp_path / "new folder" / "outcomes.csv", tmp_path / "outcomes.JSON"
    args = ["evaluate", run, "--against", "random", "--episodes", "5", "--output"]
    assert main([*args, str(table)]) == 0
    assert main([*args, str(whole)]) == 0
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert set(rows[0]) == {"player", "outcome", "mean", "low", "high", "episodes"}
    told = json.loads(whole.read_text())
    assert told["environment"] == CONFIG["environment"]
    assert [(row["player"], row["outcome"]) for row in rows] == [
        (row["player"], row["outcome"]) for row in told["rows"]
    ]
    assert {row["player"] for row in rows} == {"ippo (run)", "random"}
    for row, full in zip(rows, told["rows"]):
        assert len(full["values"]) == 5
        known = [value for value in full["values"] if value is not None]
        assert int(row["episodes"]) == full["episodes"] == len(known)
        if known:
            assert float(row["mean"]) == pytest.approx(np.mean(known)) == pytest.approx(full["mean"])
            assert full["low"] <= full["mean"] <= full["high"]
    assert f"wrote {table}" in capsys.readouterr().out


def test_what_is_not_defined_is_left_empty(tmp_path):
    results = {
        "nobody": Outcomes(
            {"agents": np.array([1.0])}, np.array([3]), {"success": np.array([np.nan])}, np.array([True])
        )
    }
    write_outcomes(str(tmp_path / "a.csv"), "x", 1, results)
    write_outcomes(str(tmp_path / "a.json"), "x", 1, results)
    assert "nobody,success,,,,0" in (tmp_path / "a.csv").read_text()
    (row,) = [row for row in json.loads((tmp_path / "a.json").read_text())["rows"] if row["outcome"] == "success"]
    assert row["values"] == [None]
    assert json.loads((tmp_path / "a.json").read_text())["cut"] == {"nobody": 1}
    assert row["mean"] is None


def test_a_finished_run_says_how_to_go_on_and_goes_on(run, tmp_path, capsys):
    longer = str(tmp_path / "a longer run")
    shutil.copytree(run, longer)
    assert main(["resume", longer]) == 0
    told = capsys.readouterr().err
    assert f"stigmergy extend '{longer}' --steps" in told
    before = Path(longer, "config.yaml").read_bytes()
    for steps in ("256", "100", "1e30", "many"):
        assert main(["resume", longer, "--training.total-steps", steps]) == 2
        assert "total" in capsys.readouterr().err
        assert Path(longer, "config.yaml").read_bytes() == before
    assert main(["resume", longer, "--training.total-steps", "3.2e2"]) == 0
    assert "320 steps" in capsys.readouterr().err
    assert yaml.safe_load(Path(longer, "config.yaml").read_text())["training"]["total_steps"] == 320
    assert [row["step"] for row in read_csv(longer, "timing.csv")][-1] == "320"
    assert main(["resume", longer]) == 0
    assert len(read_csv(longer, "timing.csv")) == 10


def test_lists_are_whole_lines_where_there_is_no_terminal(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if "dilemmas/allelopathic_harvest_with_two_punishers_small-v0" in line]
    assert len(line) > 80
    assert any("centralized training, decentralized execution" in line for line in lines)
