"""Names of earlier releases that environments of users define, and callers read."""

import numpy as np
import pytest

import stigmergy
from stigmergy.envs import config_class, parameters_of
from stigmergy.envs.utils.renamed import renamed_keywords

from ..support.dummies import Race, RaceConfig, race


def test_a_class_that_defines_parameters_has_them_as_its_config():
    with pytest.warns(FutureWarning, match=r"Old.Parameters is called Config now") as warned:

        class Old(Race):
            Parameters = RaceConfig  # pyright: ignore[reportAssignmentType]

    assert warned[0].filename == __file__
    assert Old.Config is Old.Parameters is RaceConfig
    env = Old("race-v0", 2, RaceConfig(max_cycles=3))
    assert env.config is env.parameters
    assert env.config.max_cycles == 3


def test_a_class_of_the_present_is_read_by_the_old_name(recwarn):
    class New(Race):
        Config = RaceConfig

    assert New.Parameters is RaceConfig
    assert race(max_cycles=4).parameters.max_cycles == 4
    assert parameters_of is config_class
    assert not recwarn.list


def test_a_constructor_may_give_parameters_by_name():
    class Named(Race):
        def __init__(self, id, num_envs, parameters):
            spec = race().spec
            stigmergy.BatchEnv.__init__(self, spec, num_envs, parameters=parameters)  # pyright: ignore[reportCallIssue]

    with pytest.warns(FutureWarning, match=r"'parameters' of BatchEnv.__init__ is called 'config' now"):
        assert Named("race-v0", 2, RaceConfig()).config == RaceConfig()


def test_both_names_of_an_argument_are_refused():
    @renamed_keywords(copy="env_index")
    def draw(env_index=0):
        return np.full(1, env_index)

    with pytest.warns(FutureWarning):
        assert draw(copy=3) == 3  # pyright: ignore[reportCallIssue]
    assert draw(2) == draw(env_index=2) == 2
    with pytest.raises(TypeError, match="'env_index', and 'copy', which is its old name"):
        draw(copy=3, env_index=3)  # pyright: ignore[reportCallIssue]
