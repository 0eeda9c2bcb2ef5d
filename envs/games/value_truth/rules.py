"""The rules of value_truth: every step pays the same, whatever is done, until the episode is cut or ended."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.validation import LARGEST, MOST_STEPS, check_within
from ...errors import BadParameter


@dataclass(frozen=True)
class ValueTruthParameters:
    """Options of value_truth.

    Raises:
        BadParameter: a value is out of range.
    """

    num_agents: int = 1
    """Agents; each is paid for itself."""
    reward: float = 1.0
    """What each agent is paid in each step."""
    ends: Literal["truncation", "termination"] = "truncation"
    """How an episode stops: cut, while the world would go on paying, or ended, after which nothing comes."""
    observe: Literal["nothing", "time"] = "nothing"
    """What agents see: a constant, or the number of the step, one-hot."""
    max_cycles: int = 5
    """Steps of an episode."""

    def __post_init__(self):
        check_within("num_agents", self.num_agents, 1, 100_000)
        check_within("reward", self.reward, -LARGEST, LARGEST)
        check_within("max_cycles", self.max_cycles, 1, 10_000 if self.observe == "time" else MOST_STEPS)

    def true_value(self, gamma: float, elapsed: int = 0) -> float:
        """The discounted sum of what is to come after `elapsed` steps: reward / (1 - gamma), or less where the end is near.

        Raises:
            BadParameter: gamma is not from 0 to below 1.
        """
        if not 0 <= gamma < 1:
            raise BadParameter(f"gamma is {gamma}; allowed is 0 to below 1")
        endless = self.reward / (1 - gamma)
        return endless if self.ends == "truncation" else endless * (1 - gamma ** (self.max_cycles - elapsed))


class State(NamedTuple):
    """Nothing evolves but the time."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy; nothing is drawn from it
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
