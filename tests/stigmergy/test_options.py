"""Command lines: whole numbers as powers of ten, and hints by meaning."""

import re

import pytest

from stigmergy.api import train_arguments
from stigmergy.cli.entry import COMMANDS, main
from stigmergy.cli.failures import HelpShown
from stigmergy.cli.hints import COMMANDS as WORDS
from stigmergy.cli.hints import OPTIONS as SYNONYMS
from stigmergy.cli.hints import nearest_command, nearest_option
from stigmergy.cli.options import extend, option_names, parse
from stigmergy.cli.output_paths import check_file, check_folder
from stigmergy.commands import evaluate, render, sanctions
from stigmergy.envs.core.validation import read_whole
from stigmergy.envs.errors import BadParameter
from stigmergy.training.experiment import DEFAULT_CONFIG, build_experiment, read_config
from tests.support.source_rules import ROOT


@pytest.fixture(scope="module")
def training() -> type:
    """The options of the default experiment."""
    return train_arguments.options_class(build_experiment(read_config(DEFAULT_CONFIG)))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1e5", "100000"),
        ("1E+5", "100000"),
        ("2.5e3", "2500"),
        ("-1e2", "-100"),
        ("4.0", "4"),
        (".5e1", "5"),
        ("100", "100"),
        ("1.5", "1.5"),
        ("1e-3", "1e-3"),
        ("1.2345e2", "1.2345e2"),
        ("1e99999", "1e99999"),
        ("inf", "inf"),
        ("e5", "e5"),
        ("", ""),
    ],
)
def test_powers_of_ten(text, number):
    assert read_whole(text) == number


def test_whole_numbers_are_read_as_powers_of_ten_wherever_they_are_taken(training):
    given = [
        "--training.total-steps", "1e5", "--training.num_envs=2e1", "--learner.network.hidden", "1.28e2", "64",
        "--task.height", "3e1", "--learner.learning-rate", "1e-3", "--learner.value-clip", "2e0", "--run", "1e5",
    ]  # fmt: skip
    options = parse(training, "train", given)
    assert (options.training.total_steps, options.training.num_envs) == (100_000, 20)
    assert options.learner.network.hidden == (128, 64)
    assert options.task.height == 30
    assert (options.learner.learning_rate, options.learner.value_clip) == (0.001, 2.0)
    assert options.run == "1e5"
    plain = read_config(DEFAULT_CONFIG) | {"training": {"total_steps": "3e4"}}  # as YAML reads 3e4
    assert build_experiment(plain).training.total_steps == 30_000


@pytest.mark.parametrize("value", ["1.5", "1e-3", "1e99999", "9" * 5000, "ten", "0x10", ""])
def test_other_numbers_are_refused_in_a_sentence(training, value):
    with pytest.raises(BadParameter, match=r"total-steps.*(no whole number|too large)"):
        parse(training, "train", ["--training.total-steps", value])


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("--learner.lr", "--learner.learning-rate"),
        ("--lr", "--learner.learning-rate"),
        ("--seed", "--training.seed"),
        ("--training.steps", "--training.total-steps"),
        ("--steps", "--training.total-steps"),
        ("--total_timesteps", "--training.total-steps"),
        ("--env", "--environment"),
        ("--env-id", "--environment"),
        ("--algo", "--algorithm"),
        ("--gpu", "--training.device"),
        ("--cuda", "--training.device"),
        ("--num-envs", "--training.num-envs"),
        ("--n_envs", "--training.num-envs"),
        ("--epochs", "--learner.epochs"),
        ("--gamma", "--learner.gamma"),
        ("--hidden", "--learner.network.hidden"),
        ("--agents", "--task.num-agents"),
        ("--learner.hidden", "--learner.network.hidden"),
        ("--task.seed", "--training.seed"),
        ("--no-tensorboard", "--training.no-tensorboard"),
        ("--track", "--training.trackers"),
        ("--wandb-project-name", "--training.tracker-project"),
        ("--output", "--run"),
        ("--learnr.gama", "--learner.gamma"),
    ],
)
def test_options_are_guessed_by_meaning(training, given, meant):
    assert nearest_option(given, option_names(training)) == f" Did you mean '{meant}'?"


@pytest.mark.parametrize(
    ("command", "option", "value", "sentence"),
    [
        ("sanctions", "--episodes", "0", "episodes is 0; allowed is 1 or more"),
        ("sanctions", "--seed", "-1", "seed is -1; allowed is 0 or more"),
        ("sanctions", "--max-steps", "0", "max_steps is 0; allowed is 1 to 2147483647"),
        ("render", "--fps", "0", "fps is 0.0; allowed is 0.01 to 1000"),
        ("render", "--fps", "nan", "fps is nan; allowed is 0.01 to 1000"),
        ("render", "--steps", "0", "steps is 0; allowed is 1 to 2147483647"),
    ],
)
def test_ranges_of_options_are_checked_and_shown(command, option, value, sentence, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    cls = {"sanctions": sanctions, "render": render}[command].Options
    with pytest.raises(BadParameter) as error:
        parse(cls, command, [option, value])
    assert str(error.value) == sentence
    with pytest.raises(HelpShown):
        parse(cls, command, ["--help"])
    shown = capsys.readouterr().out
    words = {"--fps": "(0.01 to 1000; default: 8.0)", "--seed": "(0 or more; default: 1"}
    assert words.get(option, "(1 or more; default: ") in shown


def test_every_synonym_leads_somewhere():
    """Of the names on the right at least one is an option of some command."""
    experiments = [
        build_experiment({"environment": "pathfinding/lifelong-v0", "algorithm": name}) for name in ("ippo", "iql")
    ]
    known = {name for own in experiments for name in option_names(train_arguments.options_class(own))}
    known |= set(option_names(extend(evaluate.Options))) | {"--steps", "--fps", "--window", "--metrics"}
    leaves = {name.lstrip("-").split(".")[-1] for name in known}
    assert {word for word, names in SYNONYMS.items() if not set(names) & leaves} == set()
    assert {name for names in WORDS.values() for name in names} <= set(COMMANDS)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("eval", "'evaluate'"),
        ("run", "'train'"),
        ("test", "'evaluate' or 'check'"),
        ("play", "'render' or 'evaluate'"),
        ("Eval", "'evaluate'"),
        ("rendr", "'render'"),
    ],
)
def test_commands_are_guessed_by_meaning(given, meant, capsys):
    assert nearest_command(given, list(COMMANDS)) == f" Did you mean {meant}?"
    assert main([given]) == 2
    assert meant in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version(option, capsys):
    assert main([option]) == 0
    printed = capsys.readouterr().out
    assert re.fullmatch(r"stigmergy 0\.1\.0( \(commit [0-9a-f]{12}\))?\n", printed)
    assert ("commit" in printed) == (ROOT / ".git").exists()


def test_places_for_output_are_looked_at_before(tmp_path, monkeypatch):
    (tmp_path / "file.csv").write_text("")
    (tmp_path / "folder.csv").mkdir()
    check_file("output", str(tmp_path / "file.csv"), (".csv",))
    check_file("output", str(tmp_path / "new" / "file.CSV"), (".csv", ".json"))
    check_folder("output", str(tmp_path / "new" / "one"))
    for path in ("folder.csv", "file.csv/a.csv", "a.txt", "a", f"{'x' * 300}.csv", "a\0b.csv"):
        with pytest.raises(BadParameter, match="output is"):
            check_file("output", str(tmp_path / path), (".csv", ".json"))
    with pytest.raises(BadParameter, match="is a file"):
        check_folder("output", str(tmp_path / "file.csv"))
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(BadParameter, match="read-only"):
        check_folder("run", str(tmp_path / "run"))
    monkeypatch.undo()
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 0, "total": 1}))
    with pytest.raises(BadParameter, match="no space is left"):
        check_folder("run", str(tmp_path / "run"))
    assert {path.name for path in tmp_path.iterdir()} == {"file.csv", "folder.csv"}
