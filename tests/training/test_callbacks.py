"""Callbacks: they follow a training and may stop it, but change nothing that is learnt."""

import random
from contextlib import nullcontext
from pathlib import Path

import numba
import numpy as np
import pytest
import torch

from stigmergy.algorithms.core.learner import Diverged
from stigmergy.envs.errors import BadParameter
from stigmergy.training import callbacks
from stigmergy.training.callbacks import Callback, Callbacks
from stigmergy.training.runs.checkpoint import list_checkpoints, load_checkpoint
from stigmergy.training.runs.run import Run
from stigmergy.training.sessions.opening import resume, start
from stigmergy.training.trained_policy import load_policy
from stigmergy.training.trainer import Trainer
from tests.training.support.small import digest, experiment

UPDATES = 4
SIZES = {"total_steps": 2 * 4 * UPDATES, "num_envs": 2, "rollout_length": 4}
SMALL = experiment(**SIZES, evaluation_interval=2, checkpoint_interval=3)


def train(folder, *given):
    session = start(SMALL, str(folder), callbacks=Callbacks(given))
    return session.run(), session


def learnt(folder) -> tuple[str, bytes]:
    state = load_checkpoint(list_checkpoints(Path(folder) / "checkpoints")[0])
    del state["logs"]["timing"]
    return digest(state), (Path(folder) / "metrics.csv").read_bytes()


class Diary(Callback):
    """Callback that notes what it is called with."""

    def __init__(self):
        self.calls = []

    def on_start(self, session):
        self.calls.append(("start", session.update, session.num_updates, session.steps))

    def on_update(self, report):
        self.calls.append(("update", report.update, sorted(report.metrics)))

    def on_evaluation(self, evaluation):
        self.calls.append(("evaluation", evaluation.update, evaluation.outcomes["return"].shape, evaluation.best))

    def on_checkpoint(self, path):
        assert path.is_file()
        self.calls.append(("checkpoint", path.name))

    def on_end(self, end):
        self.calls.append(("end", end.reason, end.update))

    def of(self, name):
        return [call[1:] for call in self.calls if call[0] == name]


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A run without callbacks."""
    folder = tmp_path_factory.mktemp("callbacks") / "alone"
    assert start(SMALL, str(folder)).run() == 0
    return folder


def test_what_a_callback_is_told(alone, tmp_path):
    diary = Diary()
    status, session = train(tmp_path / "run", diary)
    assert (status, session.is_finished) == (0, True)
    assert diary.of("start") == [(0, UPDATES, 0)]
    assert [update for update, _ in diary.of("update")] == [1, 2, 3, 4]
    assert "agents/policy_loss" in diary.of("update")[0][1]
    assert [call[:2] for call in diary.of("evaluation")] == [(2, (2,)), (4, (2,))]
    assert diary.of("evaluation")[0][2]
    assert [name for (name,) in diary.of("checkpoint") if name != "best.checkpoint"] == [
        "000000003.checkpoint",
        "000000004.checkpoint",
    ]
    assert ("best.checkpoint",) in diary.of("checkpoint")
    assert diary.calls[-1] == ("end", "finished", UPDATES)
    assert learnt(tmp_path / "run") == learnt(alone)


class Meddler(Callback):
    """Callback that writes in all it gets, draws from every global stream, and sets what it can."""

    def on_start(self, session):
        session.config["learner"]["learning_rate"] = 1.0
        session.config["training"]["seed"] = 7
        self._meddle()

    def on_update(self, report):
        report.metrics.clear()
        report.seconds["total"] = float("nan")
        self._meddle()

    def on_evaluation(self, evaluation):
        for values in evaluation.outcomes.values():
            values[:] = 1e9
        self._meddle()

    def on_checkpoint(self, path):
        load_policy(path.parents[1], "best" if path.stem == "best" else "last")
        self._meddle()

    def _meddle(self):
        random.seed(1)
        np.random.seed(1)  # noqa: NPY002
        torch.manual_seed(1)
        torch.rand(3)
        torch.set_num_threads(torch.get_num_threads() % 2 + 1)
        numba.set_num_threads(1)
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)


def streams():
    numpys = np.random.get_state()[1].tolist()  # noqa: NPY002
    return random.getstate(), numpys, torch.get_rng_state().tolist()


def test_a_callback_changes_nothing_that_is_learnt(alone, tmp_path):
    before = streams()
    train(tmp_path / "run", Meddler())
    assert learnt(tmp_path / "run") == learnt(alone)
    assert streams() == before


def test_without_protection_the_streams_of_others_move(alone, tmp_path, monkeypatch):
    monkeypatch.setattr(callbacks, "unchanged_process", nullcontext)
    before = streams()
    train(tmp_path / "run", lambda report: torch.rand(3).sum())
    assert streams() != before


@pytest.mark.parametrize("answer", [True, np.True_])
def test_a_function_that_returns_true_stops_and_the_run_goes_on(alone, tmp_path, answer):
    diary, updates = Diary(), []

    def stop(report):
        updates.append(report.update)
        return answer if report.update == 2 else None

    status, session = train(tmp_path / "run", stop, diary)
    assert (status, session.is_finished, updates) == (0, False, [1, 2])
    assert diary.calls[-1] == ("end", "stopped", 2)
    assert learnt(tmp_path / "run") != learnt(alone)
    assert resume(str(tmp_path / "run"))[0].run() == 0
    assert learnt(tmp_path / "run") == learnt(alone)


def test_other_answers_do_not_stop(tmp_path):
    assert train(tmp_path / "run", lambda report: report.update)[1].is_finished


class Failing(Callback):
    def __init__(self, method):
        def fail(subject):
            raise ZeroDivisionError(f"in {method}")

        setattr(self, method, fail)


@pytest.mark.parametrize("method", ["on_start", "on_update", "on_evaluation", "on_checkpoint", "on_end"])
def test_a_callback_that_fails_costs_nothing(alone, tmp_path, method):
    diary = Diary()
    with pytest.raises(ZeroDivisionError, match=f"in {method}"):
        train(tmp_path / "run", Failing(method), diary)
    assert (Run(tmp_path / "run").has_checkpoint()) == (method != "on_start")
    if method != "on_end":
        assert diary.calls[-1][:2] == ("end", "failed")
    assert resume(str(tmp_path / "run"))[0].run() == 0
    assert learnt(tmp_path / "run") == learnt(alone)


@pytest.mark.parametrize(("given", "sentence"), [(3, "3 is neither"), (Diary, "give an object of the class")])
def test_what_is_no_callback_is_refused(given, sentence):
    with pytest.raises(BadParameter, match=sentence):
        Callbacks([given])


def test_a_divergence_is_noted_until_the_run_is_finished(tmp_path, monkeypatch):
    update = Trainer.update

    def diverge(trainer):
        if trainer.progress.update == 3:
            raise Diverged("agents", "all", "policy_loss", float("nan"))
        return update(trainer)

    monkeypatch.setattr(Trainer, "update", diverge)
    diary = Diary()
    with pytest.raises(Diverged):
        train(tmp_path / "run", diary)
    assert diary.calls[-1] == ("end", "failed", 3)
    run = Run(tmp_path / "run")
    assert "the learner of 'agents' diverged" in run.meta()["diverged"]
    monkeypatch.undo()
    assert resume(str(run.folder))[0].run() == 0
    assert "diverged" not in run.meta()
