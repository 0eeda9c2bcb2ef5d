"""The rules of a registered id stay what they are."""

import numba
import pytest

from stigmergy.envs.pathfinding import env as pathfinding
from stigmergy.envs.pathfinding.config import LifelongConfig
from stigmergy.envs.tools.fingerprint import fingerprint
from tests.record_fingerprints import measure, read_golden
from tests.support.process_state import SHIPPED

SMALL = LifelongConfig(num_agents=2, height=5, width=5, obs_radius=2, max_cycles=20)


@pytest.mark.parametrize("id", SHIPPED)
def test_every_registered_id_keeps_its_fingerprint(id):
    golden = read_golden()
    assert id in golden, f"'{id}' has no golden fingerprint; `python -m tests.record_fingerprints` adds it"
    assert measure(id) == golden[id], f"the rules of '{id}' have changed; register the next version instead"


@pytest.mark.thorough
@pytest.mark.threads
def test_it_does_not_depend_on_the_threads():
    before = numba.get_num_threads()
    digests = set()
    try:
        for threads in {1, before}:
            numba.set_num_threads(threads)
            digests.add(fingerprint("pathfinding/lifelong-v0", SMALL))
    finally:
        numba.set_num_threads(before)
    assert len(digests) == 1


def test_a_changed_rule_changes_it(monkeypatch):
    plain = fingerprint("pathfinding/lifelong-v0", SMALL)
    advance = pathfinding.Lifelong._advance

    def pay_more(self, actions, where):
        advance(self, actions, where)
        reward = self.groups["agents"].reward
        reward *= 1.5

    monkeypatch.setattr(pathfinding.Lifelong, "_advance", pay_more)
    assert fingerprint("pathfinding/lifelong-v0", SMALL) != plain


def test_other_parameters_have_another():
    assert fingerprint("pathfinding/lifelong-v0", SMALL) != fingerprint(
        "pathfinding/lifelong-v0", LifelongConfig(num_agents=3)
    )
