"""Partner selection beside simulations of its authors, recorded with random agents.

tests/oracles/punishment_driver.py makes the recordings.
"""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from stigmergy.envs.dilemmas.partner_selection.state import NOBODY, PLAY, PUNISH, SELECT
from stigmergy.envs.registration.make import make

GOLDEN = Path(__file__).parents[2] / "golden" / "partner_selection.json.gz"
TRACES = json.loads(gzip.decompress(GOLDEN.read_bytes()))
N = 5


class Replay:
    """Play a recorded trace with the same choices and draws."""

    def __init__(self, trace):
        self.events = trace["events"]
        self.at = 0
        self.private = trace["parameters"].get("reputation") == "private"
        self.env = make(
            "dilemmas/partner_selection-v0", max_cycles=10**6, rounds=trace["rounds"], **trace["parameters"]
        )
        self.env.reset(0)
        self.state = self.env.state
        self.config = self.env.config
        self.earned = np.zeros(N)  # by the env in this pairing
        self.paid = {"play": np.zeros(N), "punish": np.zeros(N)}  # by the source
        self.pairing = 0, 0
        self.checks = 0

    def take(self, kind):
        """Take the next events of one kind."""
        start = self.at
        while self.at < len(self.events) and self.events[self.at][0] == kind:
            self.at += 1
        return self.events[start : self.at]

    def opinion(self, viewer, i):
        return self.state.reputation[0, viewer if self.private else 0, i]

    def step(self, action):
        self.earned += self.env.step(action[None]).groups["agents"].reward[0]

    def select(self):
        action = np.zeros(N, np.int64)
        for _, i, seen, choice in self.take("select"):
            for j in range(N):
                if j != i or not self.private:  # in the source an agent has an opinion of itself
                    assert self.opinion(i, j) == seen[j]
                    self.checks += 1
            chosen = choice if choice < i else choice + 1
            action[i] = (chosen - i - 1) % N
        self.step(action)

    def play(self):
        if self.state.round[0] == self.state.mover[0] == 0:
            self.earned[:] = 0
            for paid in self.paid.values():
                paid[:] = 0
            if not self.config.selection:
                self.state.partner[0, self.state.pair[0]] = self.events[self.at + 1][1]
        action = np.zeros(N, np.int64)
        moves = self.take("play")
        active = np.flatnonzero(self.env.restore(self.env.snapshot()).groups["agents"].active[0])
        assert sorted(active) == sorted(i for _, i, _, _ in moves)
        first = int(self.state.pair[0])
        second = int(self.state.partner[0, first])
        self.pairing = first, second
        for _, i, seen, done in moves:
            other = second if i == first else first
            assert [self.state.last[0, other], self.state.last[0, i]] == seen[:2]
            if len(seen) == 4:
                assert self.opinion(i, other) == seen[2]
                assert self.private or self.opinion(i, i) == seen[3]
            self.checks += 1
            action[i] = done
        self.step(action)

    def punish(self):
        first = int(self.state.pair[0])
        second = int(self.state.partner[0, first])
        decisions = self.take("punish")
        centipede = self.config.game == "centipede"
        targets = [first, second] if not centipede else [first if self.state.mover[0] == 0 else second]
        pairs = list(zip([i for _, i, _, _ in decisions], targets * 2))
        self.state.target[:] = NOBODY
        action = np.zeros(N, np.int64)
        for (i, target), (_, _, seen, done) in zip(pairs, decisions, strict=True):
            assert (i in (first, second)) == (i == first + second - target)
            beside = second if target == first else first
            if seen[1] != 2:
                assert [self.state.last[0, target], self.state.last[0, beside]] == seen[:2]
            slot = 0 if self.state.target[0, i, 0] == NOBODY else 1
            self.state.target[0, i, slot] = target
            action[i] |= done << slot
            self.checks += 1
        self.env.restore(self.env.snapshot())
        self.step(action)

    def settle(self):
        """Compare rewards for playing and punishing, once the source has reported them.

        In the centipede game it reports the sum over this pairing.
        """
        players = set()
        for _, kind, i, reward in self.take("paid"):
            if kind == "play":
                players.add(i)
                if self.config.game == "centipede":
                    self.paid["play"][i] = reward
                else:
                    self.paid["play"][i] += reward
            elif kind == "punish":
                self.paid["punish"][i] += reward
        if not players:
            return
        total = self.paid["play"] + self.paid["punish"]
        known = np.ones(N, np.bool_)
        if self.config.game == "centipede":  # the source reports that of the mover alone
            known[list(self.pairing)] = False
            known[list(players)] = True
        np.testing.assert_array_equal(self.earned[known], total[known])


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: Path(trace["module"]).stem)
def test_it_plays_and_pays_as_the_authors_simulations_do(trace):
    replay = Replay(trace)
    while replay.at < len(replay.events):
        {SELECT: replay.select, PLAY: replay.play, PUNISH: replay.punish}[int(replay.state.phase[0])]()
        replay.settle()
    assert replay.state.season[0] == 6
    assert replay.checks > 300
    assert replay.state.hits.sum() > 50 or trace["parameters"].get("punishment") == "none"
