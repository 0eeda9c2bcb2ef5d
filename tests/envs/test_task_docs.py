"""The class docstring of every task agrees with its spec."""

import importlib

import pytest
from gymnasium import spaces

from stigmergy.envs.core.spec import EnvSpec, GroupSpec
from stigmergy.envs.registration.make import make
from stigmergy.envs.registration.registry import environments
from tests.support.process_state import TASKS
from tests.support.task_docs import errors_in_docs, own_sections, sections_of, summary_of


def class_of(id):
    module, _, name = str(environments.find(id).target).partition(":")
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("id", TASKS)
def test_sections_and_tables_agree_with_the_spec(id):
    env = make(id, 1)
    errors = errors_in_docs(class_of(id), env.spec)
    env.close()
    assert not errors, "\n".join([id, *errors])


class Good:
    """A task.

    Rules:
        None.

    Observation:
        | index | value | range |
        | --- | --- | --- |
        | 0-1 | position | 0 to 1 |
        | 2 | time | 0 to 1 |

    Actions of walkers:
        | index | action |
        | --- | --- |
        | 0 | stay |
        | 1-4 | move |

    Actions of talkers:
        | index | action |
        | --- | --- |
        | 0.0 | stay |
        | 0.1 | move |
        | 1.0-2 | say a word |

    Reward:
        0.

    End:
        Never.

    Metrics:
        | name | value |
        | --- | --- |
        | score | points |

    Source:
        None.
    """


def spec(size=3, moves=5, metrics=("score",)):
    seen = spaces.Box(0, 1, (size,))
    walkers = GroupSpec("walkers", 1, seen, spaces.Discrete(moves))
    talkers = GroupSpec("talkers", 1, seen, spaces.MultiDiscrete([2, 3]))
    return EnvSpec("meet-v0", (walkers, talkers), 10, metrics)


def test_a_docstring_that_agrees_has_no_errors():
    assert errors_in_docs(Good, spec()) == []


@pytest.mark.parametrize(
    ("changed", "words", "error"),
    [
        ({"size": 4}, (), "Observation of walkers: the table covers [0, 1, 2]; the space has [0, 1, 2, 3]"),
        ({"moves": 4}, (), "Actions of walkers: the table covers [0, 1, 2, 3, 4]; the space has [0, 1, 2, 3]"),
        ({"metrics": ("score", "length")}, (), "Metrics lists ['score']; the spec has ['length', 'score']"),
        ({}, ("1.0-2", "1.0-1"), "Actions of talkers: the table covers"),
        ({}, ("0-1 |", "a few |"), "Observation of walkers: the index 'a few' is no number"),
        ({}, ("| index | value |", "| at | value |"), "Observation of walkers: no table with the columns"),
        ({}, ("Reward:", "Rewards:"), "no section 'Reward'"),
        ({}, ("Source:", "Thanks:"), "no section 'Source'"),
        ({}, ("End:", "End of it all"), "no section 'End'"),
        ({}, ("Rules:", "Origin:"), "no section 'Rules'"),
    ],
)
def test_a_disagreement_is_told(changed, words, error):
    text = Good.__doc__.replace(*words) if words else Good.__doc__
    errors = errors_in_docs(type("Changed", (), {"__doc__": text}), spec(**changed))
    assert any(found.startswith(error) for found in errors), errors


def test_sections_stand_in_one_order():
    first, second = "    Reward:\n        0.\n", "    End:\n        Never.\n"
    text = Good.__doc__.replace(first, "@").replace(second, first).replace("@", second)
    assert "the order is" in errors_in_docs(type("Changed", (), {"__doc__": text}), spec())[0]


def test_a_row_of_numbered_metrics_stands_for_each():
    text = Good.__doc__.replace("| score | points |", "| return_0-2 | return of each agent |")
    changed = type("Changed", (), {"__doc__": text})
    assert errors_in_docs(changed, spec(metrics=("return_0", "return_1", "return_2"))) == []
    assert errors_in_docs(changed, spec(metrics=("return_0", "return_1"))) != []


class Family(Good):
    """Base of a family.

    Metrics:
        | name | value |
        | --- | --- |
        | score | points |
        | length | steps |

    Raises:
        BadParameter: never.
    """


def test_sections_left_out_are_those_of_the_next_base_class():
    own = type("Own", (Family,), {"__doc__": "A task.\n\nReward:\n    1.\n"})
    assert errors_in_docs(own, spec(metrics=("score", "length"))) == []
    assert sections_of(own)["Reward", ""] == ["1."]
    assert [section for section, _ in sections_of(own)] == [section for section, _ in own_sections(Good)]
    assert summary_of(own) == "A task."


def test_a_section_replaces_the_inherited_ones_of_all_groups():
    text = "A task.\n\nActions of walkers:\n    | index | action |\n    | --- | --- |\n    | 0-4 | move |\n"
    (error,) = errors_in_docs(type("Own", (Good,), {"__doc__": text}), spec())
    assert error.startswith("Actions of talkers: no table")
