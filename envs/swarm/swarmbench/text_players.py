"""Players of SwarmBench's tasks that answer text with text, such as language models and persons."""

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ...core.spec import DEFAULT_GROUP
from ...errors import BadParameter
from .env import SwarmBenchTask

Player = Callable[[str], str]
_REPLY = re.compile(r"\s*(\w+)\s*(?:;\s*message\s+(\d+)\s*)?", re.IGNORECASE)


class TextPlayers:
    """Act for all agents of all envs by asking players, who read `agent_text` and name a move.

    A reply is a move, such as `UP`, and with messages optionally one to send: `UP; message 3`.
    Capitals do not matter.

    Args:
        env: the environment to play.
        players: one for all agents, or one for each.

    Raises:
        BadParameter: there are not as many players as agents.
    """

    def __init__(self, env: SwarmBenchTask, players: Player | Sequence[Player]):
        n = env.config.num_agents
        self._env = env
        self._players = [players] * n if callable(players) else list(players)
        if len(self._players) != n:
            raise BadParameter(f"players has {len(self._players)} entries; allowed is one for all agents, or {n}")

    def act(self) -> NDArray[np.int64]:
        """Actions of all agents, as `env.step` takes them; inactive agents are not asked.

        Raises:
            BadParameter: a reply is no move, or sends a message that there is not.
        """
        env = self._env
        group = env.groups[DEFAULT_GROUP]
        pairs = np.zeros((*group.active.shape, 2), np.int64)
        for index, agent in np.argwhere(group.active & ~env.state.over[:, None]):
            pairs[index, agent] = self._read(self._players[agent](env.agent_text(int(index), int(agent))))
        return pairs if env.config.message_size else pairs[..., 0]

    def _read(self, reply: str) -> tuple[int, int]:
        """Indices of the move and of the message in a reply."""
        moves, messages = self._env.moves, self._env.config.message_size
        found = _REPLY.fullmatch(reply)
        move, message = (found[1].upper(), int(found[2] or 0)) if found else ("", 0)
        if move not in moves or (found and found[2] and not message < messages):
            sending = (
                f", with '; message ' and a number from 0 to {messages - 1} behind it if you like" if messages else ""
            )
            raise BadParameter(f"a player replied {reply!r}; allowed is {', '.join(moves)}{sending}")
        return moves.index(move), message
