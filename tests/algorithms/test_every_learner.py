"""Contract of every registered learner beside that of information.

It is about resuming, evaluation, time limits, other groups and action spaces. A new learner needs
no line here. Each promise has a negative control, on a learner or a run that breaks it.
"""

import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
import torch
from gymnasium import spaces

from stigmergy.algorithms import algorithms
from stigmergy.algorithms.core.conformance import check_decision
from stigmergy.algorithms.core.learner import Context, Decision, Learner
from stigmergy.cli.entry import main
from stigmergy.envs.core.sanction_signals import signal_shapes
from stigmergy.envs.errors import UserError
from stigmergy.envs.registration.make import make
from stigmergy.envs.registration.registry import environments, load_plugin
from stigmergy.envs.registration.scenario import Scenario, Seats
from stigmergy.envs.tools.conformance import Broken
from stigmergy.training.config import TrainingConfig
from stigmergy.training.evaluation import evaluate
from stigmergy.training.experiment import Experiment, LearnerConfig
from stigmergy.training.runs.checkpoint import load_checkpoint, save_checkpoint
from stigmergy.training.trainer import Trainer

from ..training.support.small import digest
from .support.every_learner import N, build, every_learner, has, noise, quick_config, rollouts, variants
from .support.loop import Collector, train
from .support.tiny_envs import ENTITIES, FEATURES, IMAGE, Noise
from .test_truth import CUT, ENDLESS, TO_GO, as_termination

WORLD = "test/every_learner-v0"
PAIR = "test/two_groups-v0"
EVERY_LEARNER = pytest.mark.parametrize("name", list(every_learner()))
WITH_MEMORY = pytest.mark.parametrize(("name", "config"), list(variants(options=["memory"])))


class RegisteredNoise(Noise):
    """Noise for the trainer, which builds its environments by name."""

    def __init__(self, id, num_envs, config=None):
        super().__init__(num_envs, N, masks=True)


@pytest.fixture(autouse=True)
def _registered():
    load_plugin(str(Path(__file__).parents[2] / "docs/examples/reinforce.py"))
    environments.register(WORLD, RegisteredNoise)
    environments.register(PAIR, Scenario(WORLD, {"some": Seats(2), "one": Seats(1)}))


def trainer(name, config, environment=WORLD, learners=None, **training):
    """Trainer of few envs and short rollouts."""
    options = {"num_envs": 4, "rollout_length": 9, "threads": 1, "evaluation_episodes": 2, "tensorboard": False}
    task = None if environment in (WORLD, PAIR) else make(environment).config
    learner_config = LearnerConfig(name, config)
    training = TrainingConfig(**{"total_steps": 4 * 9 * 10, **options, **training})
    return Trainer(Experiment(environment, task, learner_config, learners or {}, training))


# Resuming


def goes_on_to_the_bit(name, config, folder, world=WORLD):
    """Compare a run that was saved and loaded with one that was not: all state, and all metrics.

    This compares actions too, since the state of the environment depends on them.
    """
    whole, half, other = (trainer(name, config, world) for _ in range(3))
    metrics = [whole.update() for _ in range(5)]
    for _ in range(3):
        half.update()
    save_checkpoint(folder / "half.checkpoint", half.state_dict())
    other.update()  # what it did before does not matter
    other.load_state_dict(load_checkpoint(folder / "half.checkpoint"))
    assert metrics[3] != metrics[4]
    return [other.update() for _ in range(2)] == metrics[3:] and digest(other.state_dict()) == digest(
        whole.state_dict()
    )


@WITH_MEMORY
def test_a_run_goes_on_to_the_bit(name, config, tmp_path):
    assert goes_on_to_the_bit(name, config, tmp_path)


def kept(learner):
    """State of a learner, through a file without pickled code."""
    file = io.BytesIO()
    torch.save({"state": learner.state_dict(), "experience": learner.experience()}, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def parts_that_matter(name, config):
    """For each part of a learner's state that training changes.

    True if leaving it out shows in what is learnt afterwards.
    """
    env = noise()
    learner, data = build(name, config, env), rollouts(name, config, env, 4)
    for rollout in data[:3]:
        learner.learn(rollout)
    fresh, saved, noticed = kept(build(name, config, env)), kept(learner), {}

    def go_on(state):
        again = build(name, config, env)
        again.load_state_dict(state["state"])
        again.load_experience(state["experience"])
        metrics = again.learn(data[3])
        step = env.reset(5).groups["agents"]
        action = again.act(step, again.initial_hidden_state(env.num_envs)).action
        return digest([metrics, action.tolist(), again.state_dict(), again.experience()])

    expected = go_on(saved)
    for place, state in saved.items():
        for part, value in state.items():
            if digest(value) != digest(fresh[place].get(part)):
                without = {place: {k: v for k, v in state.items() if k != part}}
                if part in fresh[place]:
                    without[place][part] = fresh[place][part]
                noticed[part] = go_on({**saved, **without}) != expected
    return noticed


@EVERY_LEARNER
def test_no_part_of_a_learners_state_can_be_left_out(name):
    """Negative control: the comparison above finds each lost part, random streams included."""
    noticed = parts_that_matter(name, quick_config(every_learner()[name]))
    assert {"streams", "updates"} <= noticed.keys()
    assert len(noticed) >= 4
    assert all(noticed.values()), noticed


# Evaluation


def after(name, config, between=lambda trainer: None):
    """The state after three updates, each followed by `between`."""
    run = trainer(name, config)
    for _ in range(3):
        run.update()
        between(run)
    return run.state_dict()


def careless(run):
    """An evaluation with the very learners and the world that train."""
    evaluate(run.env, run.learners, 0)
    run._step = run.env.reset(0)


@WITH_MEMORY
def test_evaluation_changes_no_bit_of_what_is_learnt(name, config):
    plain = after(name, config)
    assert digest(after(name, config, Trainer.evaluate)) == digest(plain)
    assert digest(after(name, config, careless)["learners"]) != digest(plain["learners"])


# Time limits

TRUTH = {
    "learning_rate": 1e-2,
    "anneal": True,
    "value_clip": None,
    "entropy": 0.0,
    "max_grad_norm": 10.0,
    "gamma": 0.9,
    "gradient_steps": 8,
    "target_interval": 4,
    "return_lambda": 0.9,
    "epsilon_end": 1.0,
    "network": {"activation": "tanh"},
    # The world's own state tells the time: a value of the last one, in which nobody ever acts,
    # would be guesswork.
    "state": "observations",
}
TRUTH_UPDATES = 60


def at_peace(env):
    """The same world with sanctions that nobody ever can use, for learners that ask for some."""
    shapes = signal_shapes(env.spec.groups[0].size)
    env.spec = dataclasses.replace(env.spec, signals=shapes)
    env.signals = {name: np.zeros((env.num_envs, *shape), np.float32) for name, shape in shapes.items()}
    return env


def estimates(name, ends, change=lambda rollout: rollout, **more):
    """Estimates `(T, E, n)` after learning in the endless world, of whole episodes.

    None without any.
    """
    observe = "time" if ends == "termination" else "nothing"
    env = at_peace(make("games/value_truth-v0", 4, ends=ends, observe=observe, max_cycles=CUT, num_agents=2))
    config = quick_config(every_learner()[name], **{**TRUTH, **more})
    length = 3 * (CUT + 1)  # whole episodes, each with the step into the next
    learner = build(name, config, env, num_updates=TRUTH_UPDATES, length=length)
    train(env, learner, length, TRUTH_UPDATES, change)
    rollout = Collector(env, learner, CUT).collect()
    found = learner.estimate(rollout)
    if found is None:
        assert type(learner).estimate is Learner.estimate
        pytest.skip(f"{name} keeps no estimate")
    assert found.shape == rollout.active.shape
    return found[:-1]


@EVERY_LEARNER
def test_truncation_leaves_the_endless_value(name):
    np.testing.assert_allclose(estimates(name, "truncation"), ENDLESS, rtol=0.05)


@EVERY_LEARNER
def test_termination_gives_the_value_of_what_is_left(name):
    found = estimates(name, "termination")
    np.testing.assert_allclose(found, np.broadcast_to(TO_GO[:, None, None], found.shape), rtol=0.05)


@EVERY_LEARNER
def test_truncation_taken_for_termination_is_clearly_wrong(name):
    assert (estimates(name, "truncation", as_termination) < ENDLESS / 2).all()


# Company


@pytest.mark.parametrize(
    ("environment", "first", "second"), [("pursuit/tag-v0", "predators", "prey"), (PAIR, "some", "one")]
)
@WITH_MEMORY
def test_it_learns_beside_another_group(name, config, environment, first, second):
    ippo = LearnerConfig("ippo", quick_config(every_learner()["ippo"]))
    if environment != PAIR and has(config, {"norms": {}}):
        with pytest.raises(UserError, match=f"^{name} learns norms from public sanctions"):
            trainer(name, config, environment, {second: ippo})
        return
    pair = trainer(name, config, environment, {second: ippo})
    before = {group: digest(learner.state_dict()) for group, learner in pair.learners.items()}
    metrics = pair.update()
    assert all(np.isfinite(value) for value in metrics.values())
    assert {key.partition("/")[0] for key in metrics} >= {first, second}
    assert all(digest(learner.state_dict()) != before[group] for group, learner in pair.learners.items())


def test_two_algorithms_train_from_the_command_line(tmp_path, capsys):
    last = list(every_learner())[-1]
    config = tmp_path / "pair.yaml"
    training = "{total_steps: 128, num_envs: 4, rollout_length: 16, threads: 1, tensorboard: false, evaluation_interval: 1, evaluation_episodes: 2}"
    config.write_text(
        f"environment: pursuit/tag-v0\ntraining: {training}\nlearners:\n  predators: {{algorithm: {last}}}\n  prey: {{algorithm: ippo}}\n"
    )
    assert main(["train", str(config), "--run", str(tmp_path / "run")]) == 0
    assert f"predators: {last}  prey: ippo" in capsys.readouterr().out


# Action spaces

SPACES = {
    "discrete": (spaces.Discrete(4), False),
    "masked": (spaces.Discrete(4), True),
    "shifted": (spaces.Discrete(3, start=2), True),
    "multidiscrete": (spaces.MultiDiscrete([3, 2]), False),
    "multidiscrete masked": (spaces.MultiDiscrete([3, 2]), True),
    "box": (spaces.Box(-1, 2, (2,), np.float32), False),
    "unbounded box": (spaces.Box(-np.inf, np.inf, (2,), np.float32), False),
}


@pytest.mark.parametrize("observation", [FEATURES, ENTITIES, IMAGE], ids=["features", "entities", "image"])
@pytest.mark.parametrize("space", list(SPACES))
@EVERY_LEARNER
def test_it_plays_an_action_space_or_says_that_it_does_not(name, space, observation):
    action, masks = SPACES[space]
    env = noise(observation, masks, action=action)
    config = quick_config(every_learner()[name])
    try:
        learner = build(name, config, env)
    except UserError as refusal:
        sentence = str(refusal)
        assert sentence
        assert "\n" not in sentence
        assert name in sentence
        assert isinstance(action, spaces.Box)  # a group of numbered actions is everybody's business
        return
    collector = Collector(env, learner, 8)
    metrics = [learner.learn(collector.collect(watch=stays_inside(env))) for _ in range(2)]
    assert all(np.isfinite(value) for one in metrics for value in one.values())


def stays_inside(env):
    """A watcher of decisions: the actions of active agents are in their space and legal."""
    return lambda t, step, decision: check_decision(env.spec.groups[0], step, decision)


# Learners of others


class Bare(Learner):
    """A learner as somebody may write it first: its state has everything but the random streams."""

    def __init__(self, context, config):
        super().__init__(context, config)
        self.paid = torch.zeros(context.group.size)

    def act(self, step, hidden_state, greedy=False):
        chance = torch.rand(step.action_mask.shape, generator=self.stream("policy")).numpy()
        return Decision(np.where(step.action_mask, chance, -1).argmax(-1))

    def learn(self, rollout):
        self.paid += torch.from_numpy(np.where(rollout.valid, rollout.reward, 0).sum((0, 1)))
        return {"paid": float(self.paid.mean())}

    def state_dict(self):
        return {"paid": self.paid.clone()}

    def load_state_dict(self, state):
        self.paid = state["paid"].clone()


class Sound(Bare):
    """The same with its streams."""

    def state_dict(self):
        return super().state_dict() | Learner.state_dict(self)

    def load_state_dict(self, state):
        super().load_state_dict(state)
        Learner.load_state_dict(self, state)


@pytest.mark.parametrize("wrong", [lambda action: action + 2, lambda action: action.astype(np.float32)])
def test_actions_outside_their_space_are_found_out(wrong):
    class Wrong(Bare):
        def act(self, step, hidden_state, greedy=False):
            return Decision(wrong(super().act(step, hidden_state).action))

    env = noise()
    sound, broken = (cls(Context(env.spec, env.spec.groups[0]), None) for cls in (Bare, Wrong))
    Collector(env, sound, 8).collect(watch=stays_inside(env))
    with pytest.raises(Broken):
        Collector(env, broken, 8).collect(watch=stays_inside(env))


def test_learners_of_others_are_picked_up():
    algorithms.register("bare", Bare)
    found = every_learner(home="")
    assert found.keys() >= every_learner().keys() | {"bare", "reinforce"}
    assert not {"bare", "reinforce"} & every_learner().keys()
    assert "random" not in found


def test_a_learner_that_forgets_its_streams_is_found_out(tmp_path):
    algorithms.register("bare", Bare)
    algorithms.register("sound", Sound)
    assert goes_on_to_the_bit("sound", Sound.Config(), tmp_path)
    assert not goes_on_to_the_bit("bare", Bare.Config(), tmp_path)


def test_the_examples_learner_resumes_too(tmp_path):
    config = every_learner(home="")["reinforce"].Config()
    assert goes_on_to_the_bit("reinforce", config, tmp_path, "games/stochastic-v0")
