"""Public sanctions in PettingZoo: signals of the step, and frames on which agents decided."""

import re
from pathlib import Path

import numpy as np
import pytest

import stigmergy
from stigmergy.envs.core.sanction_signals import OPPORTUNITY, SANCTION, context_space
from stigmergy.envs.interop.to_pettingzoo.aec import aec_view
from stigmergy.envs.interop.to_pettingzoo.parallel import ParallelView

from ..support.dummies import race

ROOT = Path(__file__).parents[3]
SMALL = {"map": "small", "max_cycles": 25}
FREQUENT = {"length": 5, "radius": 2, "cooldown": 0, "removal": 2}
WORLDS = {
    "dilemmas/cleanup-v0": {**SMALL, "sanctions": FREQUENT},
    "dilemmas/cleanup_among_cleaners-v0": {**SMALL, "num_agents": 7, "map": "clean_up", "sanctions": FREQUENT},
    "dilemmas/allelopathic_harvest_among_punishers_of_green_small-v0": {"max_cycles": 25},
    "dilemmas/public_goods-v0": {"max_cycles": 5},
}


def play(view: ParallelView, episodes: int = 3):
    """Play at random; yield for each step `first`, the observations before it, and infos."""
    rng = np.random.default_rng(0)
    for episode in range(episodes):
        _, infos = view.reset(seed=episode)
        yield True, None, infos
        while view.agents:
            before = getattr(view.env, "world", view.env).groups["agents"].observation[0].copy()
            actions = {agent: _draw(view, agent, rng) for agent in view.agents}
            infos = view.step(actions)[-1]
            yield False, before, infos


def _draw(view: ParallelView, agent: str, rng: np.random.Generator):
    space = view.action_space(agent)
    space.seed(int(rng.integers(2**31)))
    return space.sample()


@pytest.mark.parametrize("id", WORLDS)
def test_a_context_is_what_an_agent_with_an_opportunity_saw_when_it_decided(id):
    view = stigmergy.parallel_env(id, **WORLDS[id])
    space = context_space(view.env.spec)
    assert space is not None
    n = (view.env.spec.world or view.env.spec).num_agents
    rows, changed, kept = 0, 0, []
    for begins, before, infos in play(view):
        for agent in infos:
            assert infos[agent]["signals"]["context"] is infos[view.possible_agents[0]]["signals"]["context"]
        signals = infos[view.possible_agents[0]]["signals"]
        context, able = signals["context"], signals[OPPORTUNITY] > 0
        assert (context.shape, context.dtype) == ((n, *space.shape), space.dtype)
        kept.append((context, context.copy()))
        if begins:
            assert not able.any()
            assert not context.any()
            continue
        assert before is not None
        np.testing.assert_array_equal(context[able], before[able])
        assert not context[~able].any()
        now = getattr(view.env, "world", view.env).groups["agents"].observation[0]
        rows, changed = rows + able.sum(), changed + (context[able] != now[able]).any()
    assert rows > 10
    assert changed > 5, "the frame of the step before is another than that of the step"
    for mine, then in kept:
        np.testing.assert_array_equal(mine, then)  # nobody writes into what was given away


def test_the_agents_own_api_has_the_same_contexts():
    id = "dilemmas/cleanup-v0"
    parallel, serial = (stigmergy.parallel_env(id, **WORLDS[id]) for _ in range(2))
    aec, rng, rows = aec_view(serial), np.random.default_rng(0), 0
    parallel.reset(seed=5)
    aec.reset(seed=5)
    while parallel.agents:
        actions = {agent: _draw(parallel, agent, rng) for agent in parallel.agents}
        infos = parallel.step(actions)[-1]
        for agent in actions:
            aec.step(actions[agent])
        for agent in infos:
            mine, theirs = infos[agent]["signals"], aec.infos[agent]["signals"]
            np.testing.assert_array_equal(mine["context"], theirs["context"])
        rows += int(infos["agent_0"]["signals"][OPPORTUNITY].sum())
    assert rows > 0


def test_where_sanctions_are_not_public_there_are_no_contexts():
    view = ParallelView(race())
    assert view.env.spec.signals
    for info in view.reset(seed=0)[1].values():
        assert set(info["signals"]) == {"noise"}
    assert "signals" not in stigmergy.parallel_env("dilemmas/coins-v0").reset(seed=0)[1]["agent_0"]


def test_the_documents_example_runs():
    text = (ROOT / "docs/dilemmas.md").read_text()
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    told: dict = {}
    exec(compile(code, "docs/dilemmas.md", "exec"), told)
    assert len([line for line in code.splitlines() if line]) == 6
    signals = told["signals"]
    able = signals[OPPORTUNITY] > 0
    assert told["approved"].any()
    assert told["disapproved"].any()
    assert len(told["seen"]) == able.sum()
    assert told["seen"].any(axis=(1, 2, 3)).all()
    np.testing.assert_array_equal(told["disapproved"], able & (signals[SANCTION] > 0))
    np.testing.assert_array_equal(told["approved"], able & (signals[SANCTION] == 0))
