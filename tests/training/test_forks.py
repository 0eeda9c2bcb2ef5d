"""Forked children of a process with threads step and decide as it does.

Training there says what to do instead of hanging.
"""

import subprocess
import sys

import pytest

from tests.test_wheel import ROOT

PROGRAM = """
import multiprocessing
import os
import signal
import sys

import numba
import numpy as np
import torch

import stigmergy
from stigmergy.envs.errors import UserError
from stigmergy.training.trained_policy import load_policy
from stigmergy.training.sessions.opening import resume, start
from stigmergy.training.trainer import Trainer
from tests.training.support.small import experiment

folder = sys.argv[1]
threads = 2
numba.set_num_threads(threads)
torch.set_num_threads(threads)
batch = stigmergy.make("pathfinding/lifelong-v0", num_envs=64)


def play(seed):
    step = batch.reset(seed)
    for _ in range(3):
        step = batch.step(np.ones((64, 8), np.int64))
    large = (torch.arange(640_000, dtype=torch.float64) % 7).reshape(800, 800)  # sums are exact on any threads
    return float(step.groups["agents"].observation.sum()), float((large @ large).sum())


def in_thread(seed):
    import threading
    found = []
    thread = threading.Thread(target=lambda: found.append(play(seed)))
    thread.start()
    thread.join()
    return found[0]


def decide(seed):
    policy = load_policy(folder + "/run")
    env = policy.make_env()
    observations, _ = env.reset(seed=seed)
    return sorted(policy.act(observations, greedy=True).items())


def train(threads):
    try:
        return start(experiment(total_steps=64, threads=threads), f"{folder}/child-{threads}").run()
    except UserError as error:
        return str(error)


def in_child(what, value):
    reader, writer = multiprocessing.get_context("fork").Pipe(False)

    def run():
        signal.alarm(100)
        writer.send(what(value))

    child = multiprocessing.get_context("fork").Process(target=run)
    child.start()
    child.join()
    assert child.exitcode == 0, f"{what.__name__} ended with {child.exitcode}"
    return reader.recv()


assert start(experiment(total_steps=64), folder + "/run").run() == 0
torch.set_num_threads(threads)
numba.set_num_threads(threads)
expected = play(3), decide(3)
assert numba.threading_layer() == "omp"
assert in_child(play, 3) == expected[0]
assert in_child(in_thread, 3) == expected[0]
assert in_child(decide, 3) == expected[1]
assert in_child(train, 1) == 0
sentence = in_child(train, 2)
assert "spawn" in sentence and "--training.threads 1" in sentence, sentence
assert not os.path.exists(folder + "/child-2")
assert play(3) == expected[0] and numba.get_num_threads() == torch.get_num_threads() == threads
"""


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="where forks are usual, with GNU's OpenMP")
def test_a_forked_child_does_not_hang(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    environment = {
        "PATH": "/usr/bin:/bin",
        "NUMBA_NUM_THREADS": "2",
        "NUMBA_THREADING_LAYER": "omp",
        "PYTHONPATH": str(ROOT),
    }
    ended = subprocess.run(
        [sys.executable, str(program), str(tmp_path)], capture_output=True, text=True, cwd=ROOT, env=environment
    )
    assert ended.returncode == 0, ended.stderr
