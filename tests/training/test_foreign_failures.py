"""Failures of users' environments and learners in training.

They have endless episodes, exits, failures, and numbers that are none. Nothing is lost, and no
sentence blames the wrong side.
"""

import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import stigmergy
from stigmergy.algorithms.core.make import build_config
from stigmergy.algorithms.ppo.ippo import IPPO
from stigmergy.cli.entry import main
from stigmergy.training.experiment import build_experiment
from stigmergy.training.runs.checkpoint import list_checkpoints, load_checkpoint
from stigmergy.training.sessions.opening import resume, start
from stigmergy.training.trainer import Trainer
from tests.envs.support.dummies import Race, RaceConfig
from tests.support.foreign import Counter, register, training

from .support.small import digest


class Endless(Counter):
    length = 10**9


class Fuse:
    """Counts steps, and does something at one of them."""

    def __init__(self):
        self.steps, self.at, self.act = 0, 0, lambda: None

    def burn(self):
        self.steps += 1
        if self.steps == self.at:
            self.act()


FUSE = Fuse()


class Fused(Counter):
    """Something happens at one step, in whichever env it is."""

    def step(self, actions):
        FUSE.burn()
        return super().step(actions)


class FusedRace(Race):
    """The same in an environment of our kind."""

    Config = RaceConfig

    def _advance(self, actions, where):
        super()._advance(actions, where)
        FUSE.burn()


RACE, FUSED, SPOILT = (f"foreign/{name}-v0" for name in ("race", "fused", "spoilt"))


@pytest.fixture(autouse=True, scope="module")
def registered():
    """The three, which go when this file ends."""
    for name, target in (("race", FusedRace), ("fused", Fused), ("spoilt", Spoilt)):
        register(name, target)


@pytest.fixture(autouse=True)
def unlit(monkeypatch):
    monkeypatch.setattr(FUSE, "steps", 0)
    monkeypatch.setattr(FUSE, "at", 0)
    monkeypatch.setattr(FUSE, "act", lambda: None)


def train(id: str, folder: Path, **changed) -> int:
    return main(["train", "--environment", id, "--run", str(folder), *training(**changed)])


def race_experiment(algorithm: str = "ippo", **changed):
    settings = {
        "total_steps": 4 * 8 * 12,
        "num_envs": 4,
        "rollout_length": 8,
        "evaluation_interval": 4,
        "evaluation_episodes": 2,
    }
    settings |= {"checkpoint_interval": 5, "threads": 1, "tensorboard": False}
    learners = {"watchers": {"algorithm": "random"}} if algorithm == "iql" else {}
    learner = {"network": {"hidden": [8]}}
    plain = {"environment": RACE, "algorithm": algorithm, "learner": learner, "training": settings | changed}
    return build_experiment(plain | {"learners": learners})


def sums(folder: Path) -> tuple[str, bytes]:
    state = load_checkpoint(list_checkpoints(folder / "checkpoints")[0])
    del state["logs"]["timing"]  # the length of a file that holds seconds
    return digest(state), (folder / "metrics.csv").read_bytes()


# Evaluations without an end


def test_endless_episodes_are_cut_in_evaluations_and_that_is_said_once(tmp_path, capsys):
    id, run = register("endless", Endless), tmp_path / "run"
    assert train(id, run, evaluation_interval=2, evaluation_max_steps=5) == 0
    said = capsys.readouterr().err
    assert said.count("2 of 2 episodes were cut after 5 steps") == 1
    assert "--training.evaluation-max-steps" in said
    rows = (run / "metrics.csv").read_text().splitlines()
    assert [row.split(",", 1)[1] for row in rows if "evaluation/cut" in row] == ["evaluation/cut,1.0"] * 2
    assert {"32,evaluation/length,5.0", "64,evaluation/length,5.0"} <= set(rows)


def test_a_limit_is_1000_without_a_horizon_and_the_horizon_with_one():
    endless = Trainer(
        build_experiment({"environment": register("endless", Endless), "training": {"num_envs": 1, "threads": 1}})
    )
    assert endless.evaluation_limit == 1000
    assert Trainer(race_experiment()).evaluation_limit is None
    assert Trainer(race_experiment(evaluation_max_steps=3)).evaluation_limit == 3


@pytest.mark.parametrize("number", [1, 3], ids=["first", "last"])
def test_a_signal_ends_an_evaluation_which_is_made_again(number, tmp_path, monkeypatch):
    """It is the second poll of an evaluation, so nothing waits for its episodes.

    Resumed, the run ends as an undisturbed one.
    """
    assert start(race_experiment(), str(tmp_path / "whole")).run() == 0
    evaluate, count = Trainer.evaluate, []

    def disturbed(self, stop, watch):
        count.append(0)
        polls = []

        def poll():
            polls.append(0)
            if len(count) == number and len(polls) == 2:
                os.kill(os.getpid(), signal.SIGTERM)
            assert len(count) != number or len(polls) <= 3, "the signal was not obeyed"
            return stop()

        return evaluate(self, poll, watch)

    monkeypatch.setattr(Trainer, "evaluate", disturbed)
    run = tmp_path / "stopped"
    assert start(race_experiment(), str(run)).run() == signal.SIGTERM
    kept = load_checkpoint(list_checkpoints(run / "checkpoints")[0])
    assert kept["progress"]["update"] == 4 * number
    monkeypatch.setattr(Trainer, "evaluate", evaluate)
    session, _ = resume(str(run))
    assert session.run() == 0
    assert sums(run) == sums(tmp_path / "whole")


# Ends of the process, and failures


def leave():
    raise SystemExit


def press():
    raise KeyboardInterrupt


def close():
    raise GeneratorExit


def fail():
    raise ArithmeticError("the world is flat")


@pytest.mark.parametrize("end", [leave, press, close, fail])
def test_an_environment_that_ends_the_process_costs_no_run(end, tmp_path, capsys, monkeypatch):
    """In two updates of 16 steps, two of which begin an episode, both envs make 14 steps each."""
    identify = Trainer.identify

    def light(self):
        identity = identify(self)
        FUSE.at = FUSE.steps + 2 * 14 + 5
        return identity

    monkeypatch.setattr(Trainer, "identify", light)
    monkeypatch.setattr(FUSE, "act", end)
    run = tmp_path / "run"
    assert train(FUSED, run) == 1
    said = capsys.readouterr().err
    assert "the state after update 2 is kept" in said
    assert "error: " in said
    assert "Traceback" not in said
    assert __file__ in said
    monkeypatch.setattr(FUSE, "act", lambda: None)
    assert main(["resume", str(run)]) == 0
    assert load_checkpoint(list_checkpoints(run / "checkpoints")[0])["progress"]["update"] == 4


def test_what_is_saved_of_ours_is_the_state_after_the_last_update_to_the_bit(tmp_path, monkeypatch):
    assert start(race_experiment(), str(tmp_path / "whole")).run() == 0
    run = tmp_path / "failed"
    session = start(race_experiment(), str(run))
    monkeypatch.setattr(FUSE, "at", FUSE.steps + 8 * 2 + 6)  # in the middle of the third rollout
    monkeypatch.setattr(FUSE, "act", fail)
    with pytest.raises(ArithmeticError, match="flat"):
        session.run()
    assert session.rescued == 2
    session, _ = resume(str(run))
    assert session.run() == 0
    assert sums(run) == sums(tmp_path / "whole")


def test_an_environment_that_ends_the_process_when_it_is_closed_does_so_when_all_is_saved(tmp_path, capsys):
    class Closing(Counter):
        def close(self):
            raise SystemExit(3)

    id, run = register("closing", Closing), tmp_path / "run"
    assert train(id, run, evaluation_interval=2) == 1
    said = capsys.readouterr().err
    assert "ended the program by sys.exit(3)" in said
    assert load_checkpoint(list_checkpoints(run / "checkpoints")[0])["progress"]["update"] == 4
    with pytest.warns(UserWarning, match=r"close\(\) of 'foreign/closing-v0' fails"):
        stigmergy.load_policy(run)


def learner_that(method: str, at: int, end):
    """An ippo that does something at the call `at` of `method`."""
    calls = []

    def disturbed(self, *args, **options):
        calls.append(0)
        if len(calls) == at:
            end()
        return getattr(IPPO, method)(self, *args, **options)

    return type("Disturbed", (IPPO,), {method: disturbed})


@pytest.mark.parametrize(("method", "at", "kept"), [("act", 8 * 2 + 3, 2), ("learn", 3, None)])
@pytest.mark.parametrize("end", [leave, fail])
def test_a_learner_that_fails_leaves_nothing_half_learnt(method, at, kept, end, tmp_path):
    """Within an update there is no whole state, so the checkpoint before stays the last."""
    session = start(race_experiment(), str(tmp_path / "run"))
    cls = learner_that(method, at, end)
    session.trainer.learners["runners"].__class__ = cls
    with pytest.raises((SystemExit, ArithmeticError)):
        session.run()
    assert session.rescued == kept
    assert session.run_folder.has_checkpoint() == (kept is not None)
    session, _ = resume(str(tmp_path / "run"))
    assert session.run() == 0


# Numbers that are none


class Spoilt(Race):
    """One number is not finite in one env, at one step of all that are made."""

    what, value = "reward", np.nan

    def _observe(self):
        super()._observe()
        FUSE.burn()
        if FUSE.steps == FUSE.at and self.what == "observation":
            self.groups["runners"].observation[2, 1] = self.value
        if FUSE.steps == FUSE.at and self.what == "state":
            self.global_state[2, 0] = self.value
        if FUSE.steps == FUSE.at and self.what == "reward":
            self.groups["runners"].reward[2, 1] = self.value

    def _begin(self, where):
        super()._begin(where)
        self.state.place[where] = 1


@pytest.mark.parametrize(
    ("algorithm", "what", "value", "words"),
    [
        ("ippo", "reward", np.nan, "a reward of nan to the agent 'runner_1', in step 2"),
        ("ippo", "reward", -np.inf, "a reward of -inf to the agent 'runner_1', in step 2"),
        ("iql", "reward", np.nan, "a reward of nan to the agent 'runner_1', in step 2"),
        ("mappo", "state", np.nan, "a global state of nan to all agents, in step 2"),
        ("ippo", "observation", np.inf, "an observation of inf to the agent 'runner_1', in step 2"),
    ],
)
def test_the_environment_is_named_and_not_the_learning_rate(
    algorithm, what, value, words, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(Spoilt, "what", what)
    monkeypatch.setattr(Spoilt, "value", value)
    experiment = replace(race_experiment(algorithm, evaluation_interval=0), environment=SPOILT)
    session = start(experiment, str(tmp_path / "run"))
    monkeypatch.setattr(FUSE, "at", FUSE.steps + 8 + 2)  # the second step of the second rollout
    with pytest.raises(stigmergy.UserError) as caught:
        session.run()
    assert f"'{SPOILT}' gave {words} of the last rollout and env 2" in str(caught.value)
    assert "learning rate" not in str(caught.value)


def test_no_checkpoint_is_promised_that_is_not_there(tmp_path, capsys, monkeypatch):
    for interval, words in ((0, "no checkpoint had been written"), (1, "the last good checkpoint is kept")):
        run = tmp_path / f"run{interval}"
        options = ["--environment", SPOILT, *training(num_envs=4, checkpoint_interval=interval, total_steps=320)]
        monkeypatch.setattr(FUSE, "at", 0)
        monkeypatch.setattr(Spoilt, "value", np.nan)
        original, count = Trainer.update, []

        def update(self, original=original, count=count):
            count.append(0)
            if len(count) == 2:
                FUSE.at = FUSE.steps + 3
            return original(self)

        with monkeypatch.context() as patched:
            patched.setattr(Trainer, "update", update)
            assert main(["train", *options, "--run", str(run)]) == 2
        said = capsys.readouterr().err
        assert words in said
        assert any((run / "checkpoints").iterdir()) == (interval == 1)


def test_learning_that_diverged_by_itself_is_still_called_so(tmp_path, capsys):
    options = ["--environment", RACE, *training(num_envs=4, total_steps=640), "--learner.learning-rate", "1e30"]
    assert main(["train", *options, "--run", str(tmp_path / "run")]) == 1
    said = capsys.readouterr().err
    assert "a lower learning rate may help" in said
    assert build_config("ippo", {}).learning_rate < 1
