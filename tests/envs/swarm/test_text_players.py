"""Players that read and write text act for the agents of SwarmBench's tasks."""

import numpy as np
import pytest

import stigmergy
from stigmergy.envs.registration.make import make
from stigmergy.envs.swarm.swarmbench.text_players import TextPlayers


def test_replies_become_actions():
    env = make("swarm/foraging-v0", 2, num_agents=3, message_size=5)
    env.reset(seed=0)
    players = TextPlayers(env, [lambda text: "UP", lambda text: "down; message 3", lambda text: " Stay ;Message 0 "])
    assert players.act().tolist() == [[[0, 0], [1, 3], [4, 0]]] * 2
    env.step(players.act())
    assert env.state.said.tolist() == [[0, 3, 0]] * 2


def test_each_agent_reads_its_own_view():
    env = make("swarm/transport-v0", num_agents=3)
    env.reset(seed=0)
    read = []
    TextPlayers(env, lambda text: read.append(text) or "STAY").act()
    assert read == [env.agent_text(0, agent) for agent in range(3)]


def test_who_has_left_is_not_asked():
    env = make("swarm/transport-v0", num_agents=2)
    env.reset(seed=0)
    env.groups["agents"].active[0, 1] = False
    read = []
    action = TextPlayers(env, lambda text: read.append(text) or "RIGHT").act()
    assert len(read) == 1
    np.testing.assert_array_equal(action[0, 0], 3)


@pytest.mark.parametrize("reply", ["JUMP", "", "UP UP", "UP; message 4", "UP; message x", "3"])
def test_an_unknown_reply_is_named_with_what_is_allowed(reply):
    env = make("swarm/transport-v0", num_agents=2, message_size=4)
    env.reset(seed=0)
    with pytest.raises(
        stigmergy.BadParameter, match=r"replied .*allowed is UP, DOWN, LEFT, RIGHT, STAY.* 0 to 3"
    ) as error:
        TextPlayers(env, lambda text: reply).act()
    assert repr(reply) in str(error.value)


def test_messages_where_there_are_none():
    env = make("swarm/transport-v0", num_agents=2)
    env.reset(seed=0)
    with pytest.raises(stigmergy.BadParameter, match=r"'UP; message 1'; allowed is UP, DOWN, LEFT, RIGHT, STAY$"):
        TextPlayers(env, lambda text: "UP; message 1").act()


def test_one_player_too_few():
    env = make("swarm/transport-v0", num_agents=3)
    with pytest.raises(stigmergy.BadParameter, match="players has 2 entries; allowed is one for all agents, or 3"):
        TextPlayers(env, [str, str])
