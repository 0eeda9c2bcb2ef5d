"""Names of earlier releases that learners of users define or read."""

import numpy as np
import pytest
import torch

import stigmergy
from stigmergy.algorithms.core.learner import Context, Decision, Learner
from stigmergy.algorithms.ppo import DPO, IPPO, DPOConfig, IPPOConfig, IPPOSettings
from stigmergy.algorithms.ppo.networks import NetworkConfig
from stigmergy.training.evaluation import group_step

ACTION = np.zeros((3, 2), np.int64)


def context():
    env = stigmergy.make("games/switch-v0", 3)
    return Context(env.spec, env.spec.groups[0])


@pytest.mark.parametrize(
    "decision", [Decision(ACTION, 7), Decision(ACTION, hidden_state=7), Decision(ACTION, memory=7)]
)
def test_memory_of_a_decision_is_its_hidden_state(decision):
    assert (decision.memory, decision.hidden_state, tuple(decision)[1], dict(decision.record)) == (7, 7, 7, {})
    assert isinstance(decision._replace(action=None), Decision)


def test_a_learner_defines_either_name():
    class Old(Learner):
        def act(self, step, memory, greedy=False):
            return Decision(ACTION, memory)

        def initial_memory(self, num_envs):
            return num_envs

    class New(Old):
        def initial_hidden_state(self, num_envs):
            return 10 * super().initial_hidden_state(num_envs)

    class OldAgain(New):
        def initial_memory(self, num_envs):
            return 1 + super().initial_memory(num_envs)

    for kind, expected in ((Old, 3), (New, 30), (OldAgain, 31)):
        learner = kind(context(), None)
        assert (learner.initial_memory(3), learner.initial_hidden_state(3)) == (expected, expected)


def test_a_learner_of_ours_may_be_extended_by_the_old_name():
    class Shifted(IPPO):
        def initial_memory(self, num_envs):
            return 1 + super().initial_memory(num_envs)

    network = NetworkConfig(hidden=(8,), memory="gru", memory_size=4)
    learner = Shifted(context(), IPPOConfig(network=network))
    assert torch.equal(learner.initial_hidden_state(3), torch.ones(3, 2, 4))


def test_setup_is_the_context():
    assert stigmergy.Setup is stigmergy.Context is Context
    assert IPPOSettings is IPPOConfig
    learner = stigmergy.make_learner("random", context())
    assert learner.setup is learner.context


def test_a_class_that_defines_settings_has_them_as_its_config():
    with pytest.warns(FutureWarning, match=r"Old.Settings is called Config now") as warned:

        class Old(DPO):
            Settings = DPOConfig

            def __init__(self, setup, settings):
                super().__init__(setup, settings)

    assert warned[0].filename == __file__
    assert Old.Config is Old.Settings is DPOConfig
    learner = Old(context(), DPOConfig(gamma=0.5))
    assert learner.settings is learner.config
    assert learner.settings.gamma == 0.5
    assert IPPO.Settings is IPPO.Config is IPPOConfig


def test_a_planner_reads_the_state_by_either_name():
    with pytest.warns(FutureWarning, match="Old.reads_world is called reads_env_state now"):

        class Old(Learner):
            reads_world = True

            def act(self, step, memory, greedy=False):
                return Decision(np.full((3, 2), step.world.elapsed[:, None]), memory)

    env = stigmergy.make("games/switch-v0", 3, num_agents=2)
    learner = Old(Context(env.spec, env.spec.groups[0]), None)
    assert learner.reads_env_state is learner.reads_world is True
    assert Learner.reads_env_state is Learner.reads_world is False
    step = group_step(env, env.reset(1), "agents", learner)
    assert step.world is step.env_state is env.state
    assert learner.act(step, None).action.tolist() == [[0, 0]] * 3


def test_old_keywords_of_context_and_make_learner():
    spec = stigmergy.make("games/switch-v0").spec
    with pytest.warns(FutureWarning, match=r"'env_parameters' of Context.__init__ is called 'env_config' now"):
        given = stigmergy.Setup(spec, spec.groups[0], env_parameters=7)  # pyright: ignore[reportCallIssue]
    assert given.env_config == given.env_parameters == 7
    with pytest.warns(FutureWarning, match=r"'se(tup|ttings)' of make_learner is called"):
        old = stigmergy.make_learner("ippo", setup=given, settings={"gamma": 0.5})  # pyright: ignore[reportCallIssue]
    assert old.context is given
    assert old.config.gamma == 0.5
