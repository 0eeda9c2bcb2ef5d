"""Seeds, grids, and the names of run folders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stigmergy.envs.errors import BadParameter
from stigmergy.sweeps.names import LONGEST, run_name
from stigmergy.sweeps.values import MOST_RUNS, grid_of, read_grid, read_seeds


@pytest.mark.parametrize(
    ("texts", "seeds"),
    [
        (["0..3"], [0, 1, 2, 3]),
        (["7", "2"], [7, 2]),
        (["5,0..1"], [5, 0, 1]),
        (["4..4"], [4]),
        ([], []),
        ([range(2)[1]], [1]),
    ],
)
def test_seeds_are_numbers_and_ranges_with_both_ends(texts, seeds):
    assert read_seeds(texts) == seeds


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (["3..1"], "the range '3..1', which is empty"),
        (["a"], "seeds has 'a'; allowed are whole numbers and ranges"),
        (["-1"], "seeds has '-1'"),
        (["0..2", "1"], "seeds has 1 twice"),
        ([""], "seeds has ''"),
        ([f"0..{MOST_RUNS}"], f"allowed are up to {MOST_RUNS} runs"),
        (["18446744073709551616"], "seeds has 18446744073709551616; allowed is 0 to"),
    ],
)
def test_other_seeds_are_refused(texts, sentence):
    with pytest.raises(BadParameter, match=sentence.replace("(", r"\(")):
        read_seeds(texts)


def test_a_grid_has_words_for_each_value():
    given = ["learner.learning_rate=1e-3,3e-4", "learner.network.hidden=64 64,128", "task.map=['a,b', [c, 1], true]"]
    assert read_grid(given) == {
        "learner.learning-rate": [("1e-3",), ("3e-4",)],
        "learner.network.hidden": [("64", "64"), ("128",)],
        "task.map": [("a,b",), ("c", "1"), ("true",)],
    }


def test_a_grid_from_python_is_the_same():
    values = {
        "learner.learning_rate": [0.001, 3e-4],
        "learner.network.hidden": [(64, 64), [128]],
        "learner.anneal": [True],
    }
    assert grid_of(values) == {
        "learner.learning-rate": [("0.001",), ("0.0003",)],
        "learner.network.hidden": [("64", "64"), ("128",)],
        "learner.anneal": [("true",)],
    }


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (["learner.gamma"], "grid is 'learner.gamma'; give a key and its values"),
        (["=1"], "grid is '=1'"),
        (["learner.gamma="], "no values of 'learner.gamma'"),
        (["learner.gamma=[]"], "no values of 'learner.gamma'"),
        (["learner.gamma=1,,2"], "an empty value of 'learner.gamma'"),
        (["learner.gamma=1,1"], "'learner.gamma' has 1 twice"),
        (["learner.gamma=1", "learner.gamma=2"], "the key 'learner.gamma' twice"),
        (["learner.gamma=[1"], "the grid's list of 'learner.gamma' is no YAML"),
    ],
)
def test_other_grids_are_refused(texts, sentence):
    with pytest.raises(BadParameter, match=sentence):
        read_grid(texts)


def test_names_are_read_by_people():
    assert run_name({"training.seed": 3, "learner.learning_rate": 0.001}) == "learning_rate=0.001,seed=3"
    assert run_name({"learner.gamma": 0.9, "algorithm": "ippo"}) == "algorithm=ippo,gamma=0.9"
    assert run_name({"environment": "games/matrix-v0"}) == "environment=games+matrix-v0"
    assert run_name({"learner.network.hidden": [64, 64]}) == "hidden=64_64"
    assert run_name({"learner.gamma": 0.9, "task.gamma": 1}) == "learner.gamma=0.9,task.gamma=1"


WORDS = st.text(alphabet="aA1._-+/%=,: ~é\\", max_size=5)
VALUES = st.one_of(WORDS, st.lists(WORDS, min_size=2, max_size=3))


@given(st.tuples(VALUES, VALUES), st.tuples(VALUES, VALUES))
def test_different_values_of_the_same_kind_have_different_names(one, other):
    kinds = [[isinstance(value, list) for value in values] for values in (one, other)]
    names = [run_name({"task.a": values[0], "task.b": values[1]}) for values in (one, other)]
    assert (names[0] == names[1]) == (one == other) or kinds[0] != kinds[1]
    assert all("/" not in name and name not in (".", "..") for name in names)


def test_long_names_are_cut_and_stay_apart():
    names = {run_name({"task.text": "x" * 300 + end}) for end in "ab"}
    assert len(names) == 2
    assert max(map(len, names)) == LONGEST
