"""Trackers: they get every metric once, change nothing that is learnt, and stop no training."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

import stigmergy
from stigmergy.cli.entry import main
from stigmergy.envs.errors import BadParameter, CannotImport, UnknownName, UserError
from stigmergy.envs.games.matrix.env import MatrixGame
from stigmergy.training.config import TrainingConfig
from stigmergy.training.runs.run import Run
from stigmergy.training.sessions.opening import resume, start
from stigmergy.training.trackers import register_tracker
from stigmergy.training.trackers.tracker import TrackerFailed, load_library

from .support.tracked import STEPS, forget_newest_checkpoint, go_on, learnt, logged, of_tensorboard, tracked, train

FILMED = [2 * STEPS, 4 * STEPS, 6 * STEPS]


class Recorder(stigmergy.Tracker):
    """Tracker that keeps what it is given, and draws from every global stream."""

    calls: ClassVar[list[tuple[Any, ...]]] = []

    def open(self, run: stigmergy.RunInfo) -> Mapping[str, str]:
        self.note("open", run)
        return {"id": run.remote.get("id", "r1")}

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        self.note("log", step, dict(metrics))

    def log_video(self, step: int, path: Path) -> None:
        self.note("film", step, path.read_bytes()[:3])

    def flush(self) -> None:
        self.note("flush")

    def close(self, finished: bool) -> None:
        self.note("close", finished)

    def note(self, *call: Any) -> None:
        self.calls.append(call)
        random.random()
        np.random.random()  # noqa: NPY002
        torch.rand(1)


class Broken(Recorder):
    """Tracker whose call number `fails` raises."""

    fails: ClassVar[int] = 0

    def note(self, *call: Any) -> None:
        super().note(*call)
        if len(self.calls) - 1 >= self.fails:
            raise ConnectionError("the network\nis gone")


@pytest.fixture
def recorder():
    """The calls of a tracker that is registered as `recorder`."""
    Recorder.calls.clear()
    register_tracker("recorder", Recorder)
    register_tracker("broken", Broken)
    return Recorder.calls


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The folder of a run without trackers, and what it learnt."""
    folder = tmp_path_factory.mktemp("plain") / "run"
    return folder, learnt(train(folder))


def test_tensorboard_gets_all_of_a_run_that_was_killed_once(plain, tmp_path):
    folder = tmp_path / "run"
    options = {"trackers": ["tensorboard"], "tensorboard": True, "tracker_video": True}
    train(folder, lambda report: report.update == 4, **options)
    forget_newest_checkpoint(folder)
    assert learnt(go_on(folder)) == plain[1]
    held = of_tensorboard(folder)
    for name, values in logged(plain[0]).items():
        assert held["series"][name] == [(step, float(np.float32(value))) for step, value in values]
    assert [step for step, _ in held["series"]["seconds/total"]] == [STEPS * k for k in range(1, 7)]
    assert held["films"] == FILMED
    assert "learning_rate: 0.125" in held["config"]
    assert "learner.learning_rate" in held["hparams"]
    assert sorted(path.name for path in Run(folder).videos.iterdir()) == sorted(
        f"evaluation-{step}.gif" for step in FILMED
    )


def test_a_tracker_gets_each_step_once_and_changes_nothing(plain, tmp_path, recorder):
    folder = tmp_path / "run"
    options = {"trackers": ["recorder"], "tracker_project": "p", "tracker_group": "g", "tracker_video": True}
    train(folder, lambda report: report.update == 4, **options)
    forget_newest_checkpoint(folder)
    first, second = list(recorder), learnt(go_on(folder))
    rest = recorder[len(first) :]
    assert second == plain[1]
    assert Run(folder).metrics.read_bytes() == Run(plain[0]).metrics.read_bytes()
    run, resumed = first[0][1], rest[0][1]
    assert (run.name, run.project, run.group, run.step, run.logged, run.remote) == ("run", "p", "g", 0, 0, {})
    assert run.config["learner"]["learning_rate"] == 0.125
    assert (resumed.step, resumed.logged, resumed.remote) == (2 * STEPS, 4 * STEPS, {"id": "r1"})
    assert [call[1] for call in recorder if call[0] == "log"] == [STEPS * k for k in range(1, 7)]
    assert [call[1:] for call in recorder if call[0] == "film"] == [(step, b"GIF") for step in FILMED]
    assert first[-1] == ("close", False)
    assert rest[-1] == ("close", True)
    assert [call[0] for call in first].count("flush") == 2


def test_a_finished_run_opens_no_tracker(tmp_path, recorder):
    train(tmp_path / "run", trackers=["recorder"])
    calls = len(recorder)
    go_on(tmp_path / "run")
    assert len(recorder) == calls


@pytest.mark.parametrize("fails", [1, 3, 5, 12])
def test_a_tracker_that_fails_is_said_once_and_stops_nothing(plain, tmp_path, recorder, monkeypatch, fails):
    monkeypatch.setattr(Broken, "fails", fails)
    with pytest.warns(TrackerFailed) as said:
        session = train(tmp_path / "run", trackers=["broken"], tracker_video=True)
    sentence = "the tracker 'broken' failed and gets no more in this session; the training goes on, and metrics.csv"
    sentence += " has everything: ConnectionError: the network is gone"
    assert [str(warning.message) for warning in said] == [sentence]
    assert learnt(session) == plain[1]
    assert logged(tmp_path / "run") == logged(plain[0])
    assert len(recorder) == fails + 1


def test_a_tracker_that_cannot_go_on_is_left_out_of_a_run_that_has_begun(plain, tmp_path, recorder, monkeypatch):
    monkeypatch.setattr(Broken, "fails", 100)
    train(tmp_path / "run", lambda report: report.update == 4, trackers=["broken"])
    monkeypatch.setattr(Broken, "fails", 0)
    with pytest.warns(TrackerFailed, match="'broken' failed"):
        assert learnt(go_on(tmp_path / "run")) == plain[1]


def test_a_tracker_that_cannot_begin_leaves_nothing_behind(tmp_path, recorder):
    with pytest.raises(UserError, match="'broken' cannot begin: ConnectionError: the network is gone"):
        start(tracked(trackers=["recorder", "broken"], tensorboard=True), str(tmp_path / "run"))
    assert ("close", False) in recorder
    assert list(tmp_path.iterdir()) == []


def test_a_tracker_that_is_not_installed_stops_a_start_and_a_resume(tmp_path, recorder, monkeypatch):
    folder = tmp_path / "run"
    train(folder, lambda report: report.update == 2, trackers=["recorder"])
    monkeypatch.setattr(Recorder, "check", lambda self: load_library("no_such_library"))
    with pytest.raises(CannotImport, match="'no_such_library' needs the package no_such_library, which is not"):
        resume(str(folder))
    with pytest.raises(CannotImport):
        start(tracked(trackers=["recorder"]), str(tmp_path / "another"))
    assert list(tmp_path.iterdir()) == [folder]
    monkeypatch.undo()
    go_on(folder)  # nothing is lost, and nobody holds its lock


def test_an_unknown_tracker_on_the_command_line_is_one_sentence(tmp_path, capsys):
    run = tmp_path / "run"
    arguments = ["--environment", "games/matrix-v0", "--training.trackers", "wandbb", "--run", str(run)]
    assert main(["train", *arguments]) == 2
    assert capsys.readouterr().err.startswith("error: There is no tracker 'wandbb'. Did you mean 'wandb'?")
    assert not run.exists()
    with pytest.raises(UnknownName):
        start(tracked(trackers=["tensorboards"]), str(run))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"trackers": ["wandb", "wandb"]}, "names 'wandb' twice"),
        ({"trackers": ["tensorboard"], "tensorboard": False}, "tensorboard is False, and training.trackers names"),
        ({"tracker_video": True, "tensorboard": False}, "there is no tracker"),
        ({"tracker_video": True, "evaluation_interval": 0}, "evaluation_interval is 0"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options, sentence):
    with pytest.raises(BadParameter, match=sentence):
        TrainingConfig(**options)


def test_the_option_of_earlier_releases_still_decides_on_tensorboard():
    assert tracked(tensorboard=True).training.tracker_names == ("tensorboard",)
    assert tracked(tensorboard=False).training.tracker_names == ()
    both = TrainingConfig(trackers=("wandb", "tensorboard"))
    assert both.tracker_names == TrainingConfig(trackers=("wandb",)).tracker_names == ("tensorboard", "wandb")


def test_a_film_of_an_environment_without_a_picture_is_refused(tmp_path, recorder, monkeypatch):
    monkeypatch.delattr(MatrixGame, "draw")
    with pytest.raises(BadParameter, match="tracker_video is True, and 'games/matrix-v0' has no picture"):
        start(tracked(trackers=["recorder"], tracker_video=True), str(tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []


def test_a_film_that_cannot_be_made_stops_nothing(plain, tmp_path, recorder, monkeypatch):
    def draw(self, copy=0):
        raise RuntimeError("no display")

    monkeypatch.setattr(MatrixGame, "draw", draw)
    with pytest.warns(TrackerFailed, match="no more films") as said:
        session = train(tmp_path / "run", trackers=["recorder"], tracker_video=True)
    assert len(said) == 1
    assert learnt(session) == plain[1]
    assert "film" not in [call[0] for call in recorder]
