"""Lets anything that answers text with text, such as a language model or a person, play SwarmBench's tasks."""

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
    """Acts for all agents of all copies by asking players: each is told what `agent_text` says and names a move.

    A reply is a move, such as `UP`, and with messages optionally one to send: `UP; message 3`. Capitals do not matter.

    Args:
        env: the environment that is played.
        players: one for all agents, or one for each.

    Raises:
        BadParameter: there are not as many players as agents.
    """

    def __init__(self, env: SwarmBenchTask, players: Player | Sequence[Player]):
        n = env.parameters.num_agents
        self._env = env
        self._players = [players] * n if callable(players) else list(players)
        if len(self._players) != n:
            raise BadParameter(f"players has {len(self._players)} entries; allowed is one for all agents, or {n}")

    def act(self) -> NDArray[np.int64]:
        """The actions of all agents, as `env.step` takes them; those that need not act are not asked.

        Raises:
            BadParameter: a reply is no move, or sends a message that there is not.
        """
        env = self._env
        group = env.groups[DEFAULT_GROUP]
        pairs = np.zeros((*group.active.shape, 2), np.int64)
        for copy, agent in np.argwhere(group.active & ~env.state.over[:, None]):
            pairs[copy, agent] = self._read(self._players[agent](env.agent_text(int(copy), int(agent))))
        return pairs if env.parameters.message_size else pairs[..., 0]

    def _read(self, reply: str) -> tuple[int, int]:
        """Number of the move and of the message in a reply."""
        moves, messages = self._env.moves, self._env.parameters.message_size
        found = _REPLY.fullmatch(reply)
        move, message = (found[1].upper(), int(found[2] or 0)) if found else ("", 0)
        if move not in moves or (found and found[2] and not message < messages):
            sending = (
                f", with '; message ' and a number from 0 to {messages - 1} behind it if you like" if messages else ""
            )
            raise BadParameter(f"a player replied {reply!r}; allowed is {', '.join(moves)}{sending}")
        return moves.index(move), message
