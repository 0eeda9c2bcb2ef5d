"""The outcomes of social dilemmas by hand."""

import numpy as np
import pytest

from stigmergy.envs.dilemmas.metrics import efficiency, equality, peace, return_names, returns_of, sustainability


def test_equal_returns_have_equality_one_and_one_that_takes_all_has_one_nth():
    np.testing.assert_allclose(equality(np.array([[3.0, 3, 3, 3], [8, 0, 0, 0]])), [1, 1 / 4])


def test_equality_is_undefined_without_a_positive_sum():
    assert np.isnan(equality(np.array([[0.0, 0], [-1, 1], [-3, 1]]))).all()


def test_efficiency_is_reward_of_all_per_step():
    np.testing.assert_allclose(efficiency(np.array([[10.0, 20], [1, 2]]), np.array([10, 0])), [3, 3])


def test_rewards_at_the_first_ten_steps_have_sustainability_four_and_a_half():
    paid_at, paid = np.array([[45, 45], [45, 0], [0, 0]]), np.array([[10, 10], [10, 0], [0, 0]])
    np.testing.assert_allclose(sustainability(paid_at, paid), [4.5, 4.5, np.nan])


def test_peace_is_the_number_of_agents_where_nobody_is_timed_out():
    np.testing.assert_allclose(peace(np.array([[0, 0, 0], [50, 0, 0]]), np.array([100, 100])), [3, 2.5])


def test_returns_have_a_name_for_each_agent():
    assert return_names(2) == ("return_0", "return_1")
    assert returns_of(np.array([[1.0, 2]])) == {"return_0": pytest.approx([1]), "return_1": pytest.approx([2])}
