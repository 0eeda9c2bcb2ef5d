"""The two-step game of QMIX against the numbers of its paper and of marlenv."""

from itertools import product

import numpy as np
import pytest

import stigmergy
from stigmergy.envs.games.policies import Optimum
from stigmergy.envs.registration.make import make

JOINT = list(product((0, 1), repeat=2))


def play(first, second, **parameters):
    """Play one episode of two steps; return the last."""
    env = make("games/two_step-v0", 1, **parameters)
    env.reset(0)
    one = env.step(np.array([first]))
    assert not one.last[0]
    assert not one.groups["agents"].reward.any()
    assert one.groups["agents"].active.all()
    step = env.step(np.array([second]))
    assert step.last[0]
    assert step.groups["agents"].terminated.all()
    assert not step.truncated[0]
    return step


@pytest.mark.parametrize("other", [0, 1])
@pytest.mark.parametrize("second", JOINT)
def test_state_2a_pays_7_and_state_2b_0_1_1_8(second, other):
    """In the first step agent 1's action does not matter."""
    risky = {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 8}
    for choice, paid in ((0, 7), (1, risky[second])):
        step = play((choice, other), second)
        np.testing.assert_array_equal(step.groups["agents"].reward, [[paid, paid]])
        outcome = {name: float(value[0]) for name, value in step.metrics.items()}
        assert outcome == {"optimal": paid == 8, "risky": choice, "regret": 8 - paid}


def test_both_see_the_state_and_the_global_state_has_the_end_too():
    env = make("games/two_step-v0", 2)
    step = env.reset(0)
    seen, states = [step.groups["agents"].observation.copy()], [step.state.copy()]
    for actions in ([[0, 1], [1, 0]], [[1, 1], [1, 1]]):
        step = env.step(np.array(actions))
        seen.append(step.groups["agents"].observation.copy())
        states.append(step.state.copy())
    for observation in seen:
        np.testing.assert_array_equal(observation[:, 0], observation[:, 1])
    np.testing.assert_array_equal(seen[0][:, 0], [[1, 0, 0]] * 2)
    np.testing.assert_array_equal(seen[1][:, 0], [[0, 1, 0], [0, 0, 1]])
    np.testing.assert_array_equal(seen[2][:, 0], [[0, 0, 0]] * 2)
    np.testing.assert_array_equal([state.argmax(axis=1) for state in states], [[0, 0], [1, 2], [3, 3]])


def test_the_additive_fit_of_2b_is_the_known_one_which_prefers_the_safe_state():
    """Values that are a sum over agents fit 2B, played at random, as [[-1.5, 2.5], [2.5, 6.5]].

    Since .99 * 6.5 < .99 * 7, VDN goes to 2A.
    """
    paid = np.array([play((1, 0), second).groups["agents"].reward[0, 0] for second in JOINT])
    features = np.array([[1 - a, a, 1 - b, b] for a, b in JOINT])
    fit = features @ np.linalg.lstsq(features, paid, rcond=None)[0]
    np.testing.assert_allclose(fit, [-1.5, 2.5, 2.5, 6.5], atol=1e-6)


@pytest.mark.parametrize(("parameters", "best"), [({}, 8), ({"safe": 9.0}, 9), ({"risky": ((3, 12), (0, 1))}, 12)])
def test_optimum_gets_the_best(parameters, best):
    env = make("games/two_step-v0", 3, **parameters)
    optimum = Optimum.build(env.spec, env.spec.groups[0], env.config)
    env.reset(0)
    total = sum(env.step(optimum.act(env.state)).groups["agents"].reward.copy() for _ in range(2))
    np.testing.assert_array_equal(total, np.full((3, 2), best))
    assert env.config.optimal_return() == best


def test_payoffs_are_finite():
    with pytest.raises(stigmergy.BadParameter, match="safe is nan; allowed is -1000000 to 1000000"):
        make("games/two_step-v0", safe=float("nan"))
    with pytest.raises(stigmergy.BadParameter, match=r"risky\[1\]\[1\] is inf; allowed is -1000000 to 1000000"):
        make("games/two_step-v0", risky=((0, 1), (1, float("inf"))))


def test_text_shows_the_joint_action():
    env = make("games/two_step-v0", 1)
    env.reset(0)
    assert env.text(0).endswith("start: agent 0 chooses, step 0")
    env.step(np.array([[1, 0]]))
    assert env.text(0).endswith("in 2B, step 1")
    env.step(np.array([[1, 1]]))
    assert env.text(0).splitlines()[-2:] == [" 1 [8]", "paid 8, step 2"]
