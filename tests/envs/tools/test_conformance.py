"""The conformance card passes what is sound, and names what is not."""

from dataclasses import replace
from typing import Annotated, Any, NamedTuple

import numba
import numpy as np
import pytest

from stigmergy.envs.kernels import most_threads
from stigmergy.envs.kernels.arrays import Int16
from stigmergy.envs.registration.registry import environments
from stigmergy.envs.tools.conformance import check

from ..support.dummies import Race, RaceConfig

TWO_THREADS = pytest.mark.skipif(most_threads() < 2, reason="kernels have one thread here")


@pytest.fixture
def findings(monkeypatch):
    """Runs the card on a class; gives the sentences of what has to be mended, by topic."""
    monkeypatch.setattr("stigmergy.envs.tools.conformance.SPEED_SECONDS", 0.01)
    monkeypatch.setattr("stigmergy.envs.tools.conformance.STEPS", 60)

    def run(cls: type, name: str = "dummy-v0") -> dict[str, str]:
        monkeypatch.setattr(environments, "_entries", dict(environments._entries))
        environments.register(name, cls)
        card = check(name, RaceConfig())
        assert card.passed == all(finding.passed for finding in card.findings)
        return {finding.topic: finding.sentence for finding in card.findings if not finding.passed}

    return run


def test_a_sound_environment_passes(findings):
    assert findings(Race) == {}


class NotFinite(Race):
    def _observe(self) -> None:
        super()._observe()
        self.groups["runners"].observation[self.state.elapsed == 3] = np.nan


class Outside(Race):
    def _observe(self) -> None:
        super()._observe()
        self.groups["runners"].observation[:] += 5


class OwnRandomness(Race):
    generator = np.random.default_rng()

    def _begin(self, where: Any) -> None:
        self.state.place[where] = self.generator.integers(3, size=(self.num_envs, 2))[where]


class NothingAllowed(Race):
    def _observe(self) -> None:
        super()._observe()
        self.groups["runners"].action_mask[:, 0] = False  # type: ignore[index]


class CountsCopies(Race):
    def _begin(self, where: Any) -> None:
        super()._begin(where)
        self.state.place[where] = 2 if self.num_envs > 8 else 0


class CountsOthers(Race):
    def _begin(self, where: Any) -> None:
        super()._begin(where)
        self.state.place[where] = 2 if self.num_envs == 1 else 0


class CountsThreads(Race):
    def _advance(self, actions: Any, where: Any) -> None:
        super()._advance(actions, where)
        self.groups["watchers"].reward[where] += numba.get_num_threads()


class Hides(Race):
    hidden = 0

    def _advance(self, actions: Any, where: Any) -> None:
        self.hidden = (self.hidden + 1) % 7
        super()._advance(actions, where)
        self.groups["watchers"].reward[where] += self.hidden


class OtherMetrics(Race):
    def _measure(self) -> dict[str, Any]:
        return {"speed": np.zeros(self.num_envs)}


class PaysAtTheBeginning(Race):
    def _begin(self, where: Any) -> None:
        super()._begin(where)
        self.groups["watchers"].reward[where] = 1


class DeadMenAct(Race):
    def _observe(self) -> None:
        super()._observe()
        self.groups["runners"].active[:] = True


class Replaces(Race):
    def _observe(self) -> None:
        super()._observe()
        for name, group in self.groups.items():
            self.groups[name] = group._replace(reward=group.reward.copy())


class LacksAField(Race):
    def _allocate(self) -> Any:
        return NamedTuple("Short", [("stream", Any)])(super()._allocate().stream)


class Thing(NamedTuple):
    place: Annotated[Int16, "envs runners 2"]


class OtherShape(Race):
    def __init__(self, *arguments: Any):
        super().__init__(*arguments)
        self.constants = Thing(np.zeros((self.num_envs, 2), np.int16))


class NoTeam(Race):
    def __init__(self, *args: Any):
        super().__init__(*args)
        runners, watchers = self.spec.groups
        self.spec = replace(self.spec, groups=(replace(runners, shared_reward=True), watchers))


class Raises(Race):
    def _advance(self, actions: Any, where: Any) -> None:
        raise ZeroDivisionError("nothing left")


@pytest.mark.parametrize(
    ("cls", "topic", "words"),
    [
        (NotFinite, "spaces", "an observation of 'runners' is not finite"),
        (Outside, "spaces", "outside its space"),
        (OwnRandomness, "seeds", "`stream` alone"),
        (NothingAllowed, "masks", "no legal action"),
        (CountsCopies, "envs", "among 4 and among 16 is not the same"),
        (CountsOthers, "envs", "among 4 and among 1 is not the same"),
        pytest.param(CountsThreads, "threads", "one thread and two give different traces", marks=TWO_THREADS),
        (Hides, "snapshots", "has to be in `state`"),
        (OtherMetrics, "episodes", "['arrived']"),
        (PaysAtTheBeginning, "episodes", "paid in the step that begins"),
        (DeadMenAct, "episodes", "both terminated and active"),
        (Replaces, "arrays", "reward was replaced by another array"),
        (OtherShape, "shapes", "Thing.place has the shape (4, 2); declared is 'envs runners 2'"),
        (LacksAField, "build", "lacks elapsed, over"),
        (NoTeam, "teams", "agents of 'runners' get different rewards"),
        (Raises, "episodes", "ZeroDivisionError: nothing left"),
    ],
)
def test_what_is_broken_is_named(findings, cls, topic, words):
    assert words in findings(cls).get(topic, "nothing found")
