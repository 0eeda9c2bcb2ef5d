"""Absurd values of every option, parameter and setting.

They are taken, or refused in one sentence that names them.
"""

from collections.abc import Callable
from typing import Any

import pytest

from stigmergy.algorithms.core.make import build_config, learner_class
from stigmergy.algorithms.core.registry import algorithms
from stigmergy.api import evaluation as api_evaluation
from stigmergy.api import export as api_export
from stigmergy.api import rendering as api_rendering
from stigmergy.api import sweep as api_sweep
from stigmergy.api import train_arguments
from stigmergy.api import training as api_training
from stigmergy.cli.entry import COMMANDS, main
from stigmergy.cli.failures import one_line
from stigmergy.cli.options import option_types
from stigmergy.commands import (
    check,
    compare,
    evaluate,
    export,
    extend,
    plot,
    render,
    resume,
    sanctions,
    schelling,
    sweep,
)
from stigmergy.commands import list as list_command
from stigmergy.envs.errors import UserError
from stigmergy.envs.registration.make import build_dataclass, config_class, make_from
from stigmergy.envs.registration.registry import environments
from stigmergy.envs.registration.scenario import Scenario
from stigmergy.training.config import TrainingConfig
from stigmergy.training.experiment import DEFAULT_CONFIG, build_experiment, read_config
from tests.support.absurd import HUGE, WORDS, cases, nested

OURS = [
    own.name
    for own in environments
    if own.name.split("/")[0] in {"dilemmas", "games", "pathfinding", "pursuit", "swarm"}
]


def try_all(build: Callable[[dict[str, Any]], Any], cls: type, seen: set[Any]) -> list[str]:
    """Faults of the answers.

    These are other exceptions than a user's error, and sentences that do not name the value's
    place.
    """
    wrong = []
    for path, home, value in cases(cls):
        key = (home, path[-1], repr(value))
        if key in seen:
            continue
        seen.add(key)
        try:
            build(nested(path, value))
        except UserError as error:
            text = one_line(str(error))
            named = isinstance(value, str) and value and one_line(value)[:80] in text
            if path[-1] not in text and not named:
                wrong.append(f"{'.'.join(path)} = {repr(value)[:60]}: {text[:200]}")
        except Exception as error:
            wrong.append(f"{'.'.join(path)} = {repr(value)[:60]}: {type(error).__name__}: {str(error)[:200]}")
    return wrong


@pytest.mark.parametrize("id", [id for id in OURS if not isinstance(environments.find(id).target, Scenario)])
def test_parameters_of_environments(id):
    cls = config_class(id)
    assert cls is not None
    assert try_all(lambda given: make_from(id, 1, build_dataclass(cls, given, id)), cls, set()) == []


@pytest.mark.parametrize("id", [id for id in OURS if isinstance(environments.find(id).target, Scenario)])
def test_parameters_of_scenarios(id):
    """Their parameters are their world's, with other defaults: a few stand for all."""
    cls = config_class(id)
    assert cls is not None
    for value in (-1, HUGE, "text", float("nan")):
        with pytest.raises(UserError, match="max_cycles"):
            build_dataclass(cls, {"max_cycles": value}, id)


def test_settings_of_learners():
    seen: set[Any] = set()
    for name in [own.name for own in algorithms]:
        config = learner_class(name).Config
        assert try_all(lambda given, name=name: build_config(name, given), config, seen) == []


def test_settings_of_training():
    assert try_all(lambda given: build_dataclass(TrainingConfig, given, "training"), TrainingConfig, set()) == []


class Accepted(BaseException):
    """The command line was taken, and the work would begin."""


def begin(*args: Any, **named: Any) -> Any:
    raise Accepted


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("absurd") / "run"
    options = {"total-steps": 4, "num-envs": 1, "rollout-length": 4, "evaluation-interval": 0, "threads": 1}
    training = [part for name, value in options.items() for part in (f"--training.{name}", str(value))]
    assert (
        main(
            [
                "train",
                "--environment",
                "games/two_step-v0",
                "--run",
                str(folder),
                "--training.no-tensorboard",
                *training,
            ]
        )
        == 0
    )
    return str(folder)


@pytest.fixture
def nothing_begins(monkeypatch):
    """Commands stop where they would begin to work."""
    monkeypatch.setattr(api_training, "run_observed", begin)
    monkeypatch.setattr(api_export, "restore_learners", begin)
    monkeypatch.setattr(sweep, "open_sweep", begin)
    monkeypatch.setattr(api_sweep, "open_sweep", begin)
    monkeypatch.setattr(api_evaluation, "restore_learners", begin)
    monkeypatch.setattr(api_rendering, "restore_learners", begin)
    monkeypatch.setattr(api_rendering, "build_learners", begin)
    monkeypatch.setattr(compare, "compare", begin)
    monkeypatch.setattr(plot, "grouped", begin)
    monkeypatch.setattr(schelling, "measure", begin)
    monkeypatch.setattr(check, "check", begin)
    monkeypatch.setattr(check, "check_learner", begin)
    monkeypatch.setattr(list_command, "open_console", begin)


def complaint(capsys: pytest.CaptureFixture[str], option: str, word: str, *args: str) -> list[str]:
    """Fault of the answer to `option=word`, or None.

    The work begins, or one sentence names the option or the word.
    """
    capsys.readouterr()
    try:
        status = main([*args, f"{option}={word}", "--traceback"])
    except Accepted:
        return []
    shown = capsys.readouterr().err
    sentences = [line.replace("-", "_") for line in shown.splitlines() if line.startswith("error: ")]
    leaf = option.lstrip("-").split(".")[-1].replace("-", "_")
    known = word.strip() and word[:80].replace("-", "_") in "".join(sentences)
    if (status, len(sentences)) == (2, 1) and (leaf in sentences[0] or known):
        return []
    return [f"{option}={word[:60]!r}: status {status}: {shown[-700:]}"]


@pytest.mark.usefixtures("nothing_begins")
@pytest.mark.parametrize(
    ("command", "options", "first"),
    [
        ("list", list_command.Options, []),
        ("train", train_arguments.Options, []),
        ("sweep", sweep.Options, ["games/matrix-ippo"]),
        ("resume", resume.Options, ["RUN"]),
        ("extend", extend.Options, ["RUN", "--steps", "64"]),
        ("export", export.Options, ["RUN", "policy.npz"]),
        ("evaluate", evaluate.Options, ["RUN"]),
        ("render", render.Options, ["RUN"]),
        ("sanctions", sanctions.Options, ["--environment", "dilemmas/public_goods-v0"]),
        ("plot", plot.Options, ["RUN"]),
        ("compare", compare.Options, ["RUN"]),
        ("schelling", schelling.Options, ["dilemmas/public_goods-v0"]),
        ("check", check.Options, ["games/two_step-v0"]),
        ("check", check.LearnerOptions, ["ippo"]),
    ],
)
def test_options_of_commands(capsys, monkeypatch, tmp_path, run, command, options, first):
    monkeypatch.chdir(tmp_path)
    before = [run if part == "RUN" else part for part in first]
    wrong = []
    for option, hint in option_types(options).items():
        if hint is not bool and (command, option) != ("sanctions", "--environment"):
            for word in WORDS:
                wrong += complaint(capsys, option, word, command, *before)
    assert not wrong, "\n".join(wrong)
    assert {path.name for path in tmp_path.iterdir()} <= {"runs"}


@pytest.mark.usefixtures("nothing_begins")
def test_options_of_a_training(capsys, monkeypatch, tmp_path):
    """A word for each option on the command line, another one for the next.

    The values themselves are tried above.
    """
    monkeypatch.chdir(tmp_path)
    experiment = build_experiment(read_config(DEFAULT_CONFIG))
    own = option_types(train_arguments.options_class(experiment)).keys() - option_types(train_arguments.Options).keys()
    wrong = []
    for i, option in enumerate(sorted(own)):
        for word in (WORDS[i % len(WORDS)], WORDS[(5 * i + 3) % len(WORDS)]):
            wrong += complaint(capsys, option, word, "train")
    assert not wrong, "\n".join(wrong)


def test_every_command_is_tried():
    assert set(COMMANDS) == {
        "list",
        "train",
        "sweep",
        "resume",
        "extend",
        "export",
        "evaluate",
        "render",
        "sanctions",
        "plot",
        "compare",
        "schelling",
        "check",
    }
