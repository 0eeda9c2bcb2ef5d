"""The trainer: what is learnt depends on the experiment alone."""

import math
from pathlib import Path

import pytest

from stigmergy.algorithms.core.learner import Diverged
from stigmergy.envs.errors import BadParameter
from stigmergy.envs.registration.registry import load_plugin
from stigmergy.training.experiment import build_experiment
from stigmergy.training.runs.checkpoint import load_checkpoint, save_checkpoint
from stigmergy.training.sessions.opening import start
from stigmergy.training.trainer import Trainer

from .support.small import digest, experiment

ROOT = Path(__file__).parents[2]


def learnt(trainer: Trainer) -> str:
    return digest(trainer.state_dict()["learners"])


def train(updates: int, **training) -> Trainer:
    trainer = Trainer(experiment(**training))
    for _ in range(updates):
        trainer.update()
    return trainer


def test_the_same_seed_learns_the_same_and_another_does_not():
    assert learnt(train(4)) == learnt(train(4))
    assert learnt(train(4)) != learnt(train(4, seed=1))


def test_learning_moves_the_parameters():
    assert learnt(train(0)) != learnt(train(1))


def test_evaluation_changes_no_bit_of_what_is_learnt():
    plain = train(6)
    evaluated = Trainer(experiment())
    for _ in range(6):
        evaluated.update()
        evaluated.evaluate()
    assert digest(evaluated.state_dict()) == digest(plain.state_dict())


def test_evaluation_repeats_itself_and_uses_the_current_parameters():
    trainer = train(2)
    first, again = trainer.evaluate().columns(), trainer.evaluate().columns()
    assert digest(first) == digest(again)
    assert first["length"].tolist() == [10, 10]


@pytest.mark.parametrize(
    "training",
    [
        {"evaluation_interval": 0},
        {"checkpoint_interval": 0},
        {"checkpoint_interval": 1, "evaluation_interval": 1},
        {"tensorboard": True},
    ],
)
def test_switching_parts_of_a_session_changes_no_bit_of_what_is_learnt(tmp_path, training):
    steps = 4 * 8 * 6
    session = start(experiment(total_steps=steps, **training), str(tmp_path / "run"))
    assert session.run() == 0
    assert learnt(session.trainer) == learnt(train(6, total_steps=steps))


def test_a_restored_trainer_goes_on_to_the_bit(tmp_path):
    whole, half = train(8), train(3)
    save_checkpoint(tmp_path / "half.checkpoint", half.state_dict())
    other = Trainer(experiment())
    other.update()  # whatever it did before does not matter
    other.load_state_dict(load_checkpoint(tmp_path / "half.checkpoint"))
    for _ in range(5):
        other.update()
    assert digest(other.state_dict()) == digest(whole.state_dict())


def test_a_loss_that_is_not_finite_stops_the_run():
    trainer = train(1)
    trainer.learners["agents"].learn = lambda rollout: {"policy_loss": math.nan}
    with pytest.raises(Diverged, match=r"agents.*policy_loss.*nan"):
        trainer.update()


def test_a_best_metric_that_does_not_exist_is_named():
    with pytest.raises(BadParameter, match=r"best_metric is 'speed'.*throughput"):
        Trainer(experiment(best_metric="speed"))


def test_the_best_so_far_is_remembered():
    trainer = train(1)
    outcomes = trainer.evaluate()
    assert trainer.is_best(outcomes)
    assert not trainer.is_best(outcomes)


@pytest.mark.parametrize(
    "choice",
    [
        {"environment": "meeting-v0", "algorithm": "ippo"},
        {"environment": "meeting-v0", "algorithm": "reinforce"},
        {"environment": "foxes-v0", "algorithm": "ippo", "learners": {"hares": {"algorithm": "run_away"}}},
        {
            "environment": "pathfinding/lifelong-v0",
            "algorithm": "ippo",
            "learners": {"agents": {"algorithm": "random"}},
        },
    ],
    ids=["a user's environment", "a user's learner", "a user's scripted policy", "a scripted policy"],
)
def test_what_users_bring_goes_on_to_the_bit_too(choice, tmp_path):
    for example in ("meeting", "foxes", "reinforce"):
        load_plugin(str(ROOT / f"docs/examples/{example}.py"))
    training = {"num_envs": 3, "rollout_length": 6, "total_steps": 180, "threads": 1}
    whole, half, other = (Trainer(build_experiment(choice | {"training": training})) for _ in range(3))
    for _ in range(8):
        whole.update()
    for _ in range(3):
        half.update()
    save_checkpoint(tmp_path / "half.checkpoint", half.state_dict())
    other.load_state_dict(load_checkpoint(tmp_path / "half.checkpoint"))
    for _ in range(5):
        other.update()
    assert digest(other.state_dict()) == digest(whole.state_dict())
