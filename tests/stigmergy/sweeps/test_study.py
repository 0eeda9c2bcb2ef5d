"""Studies by Optuna: search spaces, pruning, and going on after a kill."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from stigmergy.cli.entry import main
from stigmergy.envs.errors import BadParameter
from stigmergy.sweeps import study
from stigmergy.sweeps.processes import RunProcess
from stigmergy.sweeps.progress import MetricReader
from stigmergy.sweeps.search import Choice, Range, read_search, samples
from stigmergy.training.runs.checkpoint import list_checkpoints
from tests.stigmergy.sweeps.support.small_sweep import HELD
from tests.stigmergy.sweeps.test_sweep import held, wait_until  # noqa: F401 (a fixture)

FOLDER = Path("sweeps/small")


def test_search_spaces_are_ranges_and_choices():
    space = read_search(
        ["learner.learning_rate=log:1e-4..1e-2", "task.rounds=1..5", "learner.gamma=.9..0.99", "algorithm=ippo,mappo"]
    )
    assert space == {
        "learner.learning-rate": Range(1e-4, 1e-2, True),
        "task.rounds": Range(1, 5, False),
        "learner.gamma": Range(0.9, 0.99, False),
        "algorithm": Choice((("ippo",), ("mappo",))),
    }
    assert [part.whole for part in space.values() if isinstance(part, Range)] == [False, True, False]
    assert [grid["task.rounds"] for grid in samples(space)] == [[("1",)], [("5",)]]


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ([], "--optuna needs a search space"),
        (["learner.gamma=1..0.5"], "the range '1..0.5' for 'learner.gamma', which is empty"),
        (["learner.gamma=log:0..1"], "a range on a logarithmic scale is above 0"),
        (["learner.gamma=a..b"], "a range is two numbers"),
        (["learner.gamma="], "no values of 'learner.gamma'"),
    ],
)
def test_other_search_spaces_are_refused(texts, sentence):
    with pytest.raises(BadParameter, match=sentence):
        read_search(texts)


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ("--search task.rounds=1..5", "--search needs --optuna N"),
        ("--optuna 3", "--optuna needs a search space"),
        ("--optuna 3 --search task.rounds=1..5 --slurm", "--optuna and --slurm are given"),
        ("--optuna 3 --search task.rounds=1..5 --seeds 0..2", "--seeds and --optuna are given"),
        ("--optuna 3 --search task.round=1..5", "'task.round', which does not exist. Did you mean 'task.rounds'?"),
        ("--optuna 3 --search task.rounds=0..5", "rounds is 0; allowed is"),
        ("--optuna 3 --search learner.gamma=0.5..1.5", "gamma is 1.5; allowed is 0 to 1"),
        ("--optuna 3 --search task.rounds=1..5 --task.rounds 3", "and the option --task.rounds gives it one value"),
        (
            "--optuna 3 --search task.rounds=1..5 --metric evaluation/x",
            "evaluations of 'games/matrix-v0' have evaluation/return",
        ),
        ("--optuna 3 --search task.rounds=1..5 --training.evaluation-interval 0", "is never evaluated"),
    ],
)
def test_a_wrong_study_is_one_sentence_and_leaves_nothing(args, sentence, held, monkeypatch, capsys):  # noqa: F811
    monkeypatch.setattr(study, "check_installed", lambda: None)
    monkeypatch.setattr("stigmergy.sweeps.sweep.check_installed", lambda: None)
    assert main(["sweep", "small.yaml", *args.split()]) == 2
    shown = capsys.readouterr().err
    assert sentence in shown
    assert shown.count("\n") == 1
    assert [path.name for path in held.iterdir()] == ["small.yaml"]


def test_without_optuna_a_sentence_says_how_to_install_it(held, monkeypatch, capsys):  # noqa: F811
    monkeypatch.setattr(study, "find_spec", lambda name: None)
    assert main(["sweep", "small.yaml", "--optuna", "3", "--search", "task.rounds=1..5"]) == 2
    assert "--optuna needs the package optuna: pip install 'stigmergy[optuna]'" in capsys.readouterr().err


def test_a_metric_is_read_as_it_grows(tmp_path):
    path, reader = tmp_path / "metrics.csv", MetricReader(tmp_path, "evaluation/return")
    assert reader.read() == []
    path.write_text("step,name,value\n1,evaluation/return,0.5\n1,episode/return,3\n2,evaluation/retu")
    assert reader.read() == [(1, 0.5)]
    with path.open("a") as file:
        file.write("rn,0.7\n3,evaluation/return,nan\n")
    assert reader.read() == [(2, 0.7)]
    assert reader.read() == []
    path.write_text("step,name,value\n1,evaluation/return,0.5\n")  # resumed from an earlier checkpoint
    assert reader.read() == [(1, 0.5)]


def test_killed_a_study_goes_on_and_prunes(held, capfd):  # noqa: F811
    optuna = pytest.importorskip("optuna")
    FOLDER.mkdir(parents=True)
    journal = optuna.storages.journal.JournalFileBackend(str(FOLDER / study.JOURNAL))
    chosen = optuna.create_study(
        study_name=study.NAME, storage=optuna.storages.JournalStorage(journal), direction="maximize"
    )
    for rounds in (5, 4, 2, 4):  # of these, TPE would have to draw
        chosen.enqueue_trial({"task.rounds": rounds})
    command = ["sweep", "small.yaml", "--plugin", HELD, "--optuna", "4", "--search", "task.rounds=1..5"]
    command += ["--metric", "evaluation/length", "--startup-trials", "2"]
    (held / "wait-4").touch()
    (held / "prune-2").touch()
    process = subprocess.Popen([sys.executable, "-m", "stigmergy", *command], stdout=subprocess.PIPE, text=True)
    wait_until((held / "arrived-0").exists, process)
    process.kill()
    process.wait()
    (held / "wait-4").unlink()
    assert main(command) == 0
    shown = capfd.readouterr().out
    assert "finished trial-0: evaluation/length 5" in shown
    assert "finished trial-1: evaluation/length 4" in shown
    assert "pruned trial-2: evaluation/length 2; complete it by: stigmergy resume sweeps/small/trial-2" in shown
    assert "trial-3 has the values of trial-1, so it is not trained" in shown
    assert "best: trial-0 with evaluation/length 5: task.rounds 5" in shown
    log = (FOLDER / "logs" / "trial-0.log").read_text()
    assert log.count("stopped after a checkpoint") == 1  # and so was continued
    assert [trial.state.name for trial in chosen.trials] == ["COMPLETE", "COMPLETE", "PRUNED", "COMPLETE"]
    assert set(chosen.trials[2].intermediate_values.items()) <= {(64, 2.0), (128, 2.0)}
    assert not (FOLDER / "trial-3").exists()
    # A pruned trial keeps its run, and can be completed.
    checkpoints = FOLDER / "trial-2" / "checkpoints"
    assert int(list_checkpoints(checkpoints)[0].stem) < 6
    (held / "prune-2").unlink()
    later = RunProcess(["resume", str(FOLDER / "trial-2")], held / "later.log")
    assert later._process.wait() == 0
    assert int(list_checkpoints(checkpoints)[0].stem) == 6
    # The same command has nothing left to do; another search is refused.
    assert main(command) == 0
    assert "started" not in capfd.readouterr().out
    assert main([word.replace("1..5", "1..6") for word in command]) == 2
    assert "give another --folder" in capfd.readouterr().err
    assert yaml.safe_load((FOLDER / "sweep.yaml").read_text())["search"]["metric"] == "evaluation/length"
