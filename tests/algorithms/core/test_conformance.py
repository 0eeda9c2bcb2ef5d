"""The card of a learner passes what is sound, and names what is not."""

import numpy as np
import pytest
import torch

from stigmergy.algorithms import algorithms
from stigmergy.algorithms.core.learner import Decision, Learner
from stigmergy.cli.entry import main
from stigmergy.envs.registration.make import make
from stigmergy.training.conformance import check_learner

TASK = make("games/switch-v0", num_agents=3, shared_reward=True).config


class Sound(Learner):
    """Every agent remembers what it was paid, and the first of its observations."""

    def __init__(self, context, config):
        super().__init__(context, config)
        self.paid = torch.zeros(context.group.size)
        self.seen = torch.zeros(context.group.size)

    def act(self, step, hidden_state, greedy=False):
        return Decision(torch.randint(5, step.active.shape, generator=self.stream("policy")).numpy())

    def learn(self, rollout):
        self.paid += torch.from_numpy(np.where(rollout.valid, rollout.reward, 0).sum((0, 1)))
        self.seen += torch.from_numpy(np.where(rollout.active, rollout.observation[..., 0], 0).sum((0, 1)))
        return {"paid": float(self.paid.mean())}

    def state_dict(self):
        return super().state_dict() | {"paid": self.paid, "seen": self.seen}

    def load_state_dict(self, state):
        super().load_state_dict(state)
        self.paid, self.seen = state["paid"].clone(), state["seen"].clone()


class WrongShape(Sound):
    def act(self, step, hidden_state, greedy=False):
        return Decision(super().act(step, hidden_state).action[:, :, None])


class WrongWhenGreedy(Sound):
    def act(self, step, hidden_state, greedy=False):
        return Decision(super().act(step, hidden_state).action + 5 * greedy)


class LearnsNothing(Sound):
    def learn(self, rollout):
        return {}


class NotFinite(Sound):
    def learn(self, rollout):
        return super().learn(rollout) | {"loss": float("nan")}


class ForgetsStreams(Sound):
    def load_state_dict(self, state):
        super().load_state_dict(state | {"streams": {}})


class ForgetsAPart(Sound):
    def load_state_dict(self, state):
        super().load_state_dict(state | {"seen": 0 * state["seen"]})


class Pickles(Sound):
    def state_dict(self):
        return super().state_dict() | {"group": self.group}


class ReadsInactiveRows(Sound):
    def learn(self, rollout):
        self.seen += torch.from_numpy(np.nan_to_num(rollout.observation[..., 0]).sum((0, 1)))
        return super().learn(rollout)


class SharesTheMean(Sound):
    def learn(self, rollout):
        metrics = super().learn(rollout)
        self.paid[:] = self.paid.mean()
        return metrics


class Raises(Sound):
    def learn(self, rollout):
        raise ZeroDivisionError("nothing left")


@pytest.fixture
def findings(monkeypatch):
    """The sentences of what a learner has to mend, by topic."""
    monkeypatch.setattr(algorithms, "_entries", dict(algorithms._entries))

    def run(cls):
        algorithms.register("checked", cls)
        card = check_learner("checked", cls.Config(), "games/switch-v0", TASK)
        assert card.passed == all(finding.passed for finding in card.findings)
        return {finding.topic: finding.sentence for finding in card.findings if not finding.passed}

    return run


def test_a_sound_learner_passes(findings):
    assert findings(Sound) == {}


@pytest.mark.parametrize(
    ("cls", "topic", "words"),
    [
        (WrongWhenGreedy, "acting", "outside Discrete(5)"),
        (LearnsNothing, "learning", "changes nothing"),
        (NotFinite, "learning", "nan as loss"),
        (ForgetsStreams, "save and load", "random streams"),
        (ForgetsAPart, "save and load", "seen becomes another"),
        (Pickles, "save and load", "not GroupSpec"),
        (ReadsInactiveRows, "inactive rows", "changes what is learnt: seen"),
        (SharesTheMean, "information", "agent_0 learns changes with the other agents' data: paid"),
        (Raises, "learning", "ZeroDivisionError: nothing left"),
    ],
)
def test_what_is_broken_is_named(findings, cls, topic, words):
    assert words in findings(cls).get(topic, "nothing found")


def test_a_learner_that_cannot_even_play_is_named(findings):
    assert "playing" in findings(WrongShape)


def test_the_command_prints_the_card(capsys):
    assert main(["check", "iql", "--learner.gradient-steps", "1"]) == 0
    assert "resumes bit-exactly" in " ".join(capsys.readouterr().out.split())
    assert main(["check", "pibt"]) == 2
    assert "scripted policy" in capsys.readouterr().err
