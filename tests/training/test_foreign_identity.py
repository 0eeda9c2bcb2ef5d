"""Environments of other people that do not repeat themselves, or of which there can be one.

They train, and what was trained can be used.
"""

import os
import subprocess
import sys
import uuid
import warnings

import numpy as np
import pytest

import stigmergy
from stigmergy.cli.entry import main
from stigmergy.training.runs.checkpoint import list_checkpoints, load_checkpoint
from stigmergy.training.runs.run import Run
from tests.support.foreign import Counter, register, training
from tests.test_wheel import ROOT


class Global(Counter):
    """Draws from NumPy's global generator."""

    def observe(self, agent):
        return np.array([self.t, np.random.uniform(-1, 1)], np.float32)  # noqa: NPY002


class Unseeded(Counter):
    """Is reproducible at its start, and draws from a generator of its own later."""

    def pay(self, agent, action):
        return float(np.random.default_rng().random() < 0.5) if self.t == 5 else 0.0


class Named(Counter):
    """A number of the process is among what agents see."""

    def observe(self, agent):
        return np.array([self.t, uuid.uuid4().int % 1000], np.float32)


def trained(id: str, folder, **changed) -> int:
    return main(["train", "--environment", id, "--run", str(folder), *training(**changed)])


@pytest.mark.parametrize("kind", [Global, Unseeded, Named])
def test_what_does_not_repeat_is_said_at_the_start_and_can_be_used(kind, tmp_path, capsys):
    id = register(kind.__name__.lower(), kind)
    run = tmp_path / "run"
    assert trained(id, run, evaluation_interval=2) == 0
    assert f"'{id}' is not reproducible" in capsys.readouterr().err
    kept = load_checkpoint(list_checkpoints(run / "checkpoints")[0])
    assert kept["environment"] == {"id": id, "fingerprint": None}
    assert Run(run).meta()["fingerprint"] is None
    for command in (["evaluate", "--episodes", "2"], ["resume"]):
        assert main([command[0], str(run), *command[1:]]) == 0
        assert "was not reproducible when the run" in capsys.readouterr().err
    with pytest.warns(UserWarning, match="was not reproducible"):
        stigmergy.load_policy(run)


class Ruled(Counter):
    """In order; its rules can be changed."""

    price = 1.0

    def pay(self, agent, action):
        return self.price * action


def test_what_repeats_is_told_from_what_has_changed(tmp_path, capsys, monkeypatch):
    id, run = register("ruled", Ruled), tmp_path / "run"
    assert trained(id, run) == 0
    assert main(["evaluate", str(run), "--episodes", "2"]) == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stigmergy.load_policy(run)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(Ruled, "price", 2.0)
    assert main(["evaluate", str(run), "--episodes", "2"]) == 2
    assert f"the rules of '{id}' with these parameters have changed" in capsys.readouterr().err
    # Once it repeats no longer, nothing can be said of its rules.
    monkeypatch.setattr(Ruled, "observe", Global.observe)
    assert main(["evaluate", str(run), "--episodes", "2"]) == 0
    assert "is not reproducible" in capsys.readouterr().err


PROCESS = """
import numpy as np
import stigmergy
from tests.test_wheel import ROOT
from tests.support.foreign import Counter

class Hashed(Counter):
    def observe(self, agent):
        return np.array([self.t, hash("left") % 1000], np.float32)

class Steady(Counter):
    price = PRICE

    def pay(self, agent, action):
        return self.price * action

stigmergy.register_environment("foreign/hashed-v0", Hashed)
stigmergy.register_environment("foreign/steady-v0", Steady)
"""


def run_with_hashes(seed: int, *args: str) -> subprocess.CompletedProcess:
    variables = os.environ | {"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "stigmergy", *args]
    return subprocess.run(command, capture_output=True, text=True, env=variables, check=False)


@pytest.mark.parametrize("kind", ["hashed", "steady"])
def test_what_hangs_on_the_process_is_told_from_changed_rules(kind, tmp_path):
    """Python's hashes of text differ between processes, which is not seen within one."""
    plugin, run = tmp_path / "worlds_of_processes.py", str(tmp_path / "run")
    plugin.write_text(PROCESS.replace("PRICE", "1.0"))
    options = ["--environment", f"foreign/{kind}-v0", *training(total_steps=16)]
    trained = run_with_hashes(5, "train", "--plugin", str(plugin), "--run", run, *options)
    assert trained.returncode == 0, trained.stderr
    plugin.write_text(PROCESS.replace("PRICE", "2.0"))
    evaluated = run_with_hashes(6, "evaluate", run, "--plugin", str(plugin), "--episodes", "2")
    if kind == "hashed":
        assert evaluated.returncode == 0, evaluated.stderr
        assert "does other things in another process with the same seed" in evaluated.stderr
    else:
        assert evaluated.returncode == 2
        assert "have changed since" in evaluated.stderr


def test_runs_of_earlier_versions_are_read(tmp_path, capsys):
    id, run = register("ruled", Ruled), tmp_path / "run"
    assert trained(id, run) == 0
    state, _ = Run(run).load()
    # without the mark that bridged ones begin with today
    state["environment"]["fingerprint"] = "0" * 64
    Run(run).save(8, state)
    capsys.readouterr()
    assert main(["evaluate", str(run), "--episodes", "2"]) == 0
    assert "is of an earlier version" in capsys.readouterr().err


class Single(Counter):
    """There can be one in a process, until it is closed."""

    running = False

    def __init__(self, render_mode=None):
        if Single.running:
            raise RuntimeError("the simulator runs already")
        Single.running = True
        super().__init__(render_mode)

    def close(self):
        Single.running = False


class OnceOnly(Counter):
    """There can be one in a process, ever."""

    built = 0

    def __init__(self, render_mode=None):
        OnceOnly.built += 1
        if OnceOnly.built > 1:
            raise RuntimeError("the machine cannot be started twice")
        super().__init__(render_mode)


@pytest.mark.parametrize("kind", [Single, OnceOnly])
def test_one_env_is_all_that_a_training_with_one_needs(kind, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(Single, "running", False)
    monkeypatch.setattr(OnceOnly, "built", 0)
    id, run = register(kind.__name__.lower(), kind), tmp_path / "run"
    assert trained(id, run, num_envs=1, evaluation_interval=2) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "there are no evaluations during this training" in said
    assert "--training.evaluation-interval 0" in said
    assert not (run / "checkpoints" / "best.checkpoint").exists()
    # A later command is a process of its own.
    monkeypatch.setattr(Single, "running", False)
    monkeypatch.setattr(OnceOnly, "built", 0)
    assert main(["evaluate", str(run), "--episodes", "1"]) == 0


class Shared(Counter):
    """Closing one closes what all of them draw with."""

    metadata = {"name": "shared", "render_modes": ["rgb_array"]}  # noqa: RUF012
    on = False

    def __init__(self, render_mode=None):
        super().__init__(render_mode)
        Shared.on = True

    def render(self):
        if not Shared.on:
            raise RuntimeError("the library is not initialized")
        return np.full((16, 16, 3), 10 * self.t, np.uint8)

    def observe(self, agent):
        if not Shared.on:
            raise RuntimeError("the library is not initialized")
        return super().observe(agent)

    def close(self):
        Shared.on = False


def test_nothing_is_closed_while_the_run_needs_it(tmp_path):
    id, run = register("shared", Shared), tmp_path / "run"
    assert trained(id, run, evaluation_interval=2) == 0
    assert main(["render", str(run), "--output", str(tmp_path / "episode.gif")]) == 0
    assert main(["evaluate", str(run), "--episodes", "3"]) == 0
    policy = stigmergy.load_policy(run)
    observations, _ = policy.make_env().reset(seed=1)
    assert set(policy.act(observations)) == {"left_0", "left_1"}
