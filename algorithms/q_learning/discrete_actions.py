"""Values of discrete actions: network outputs by action, and the best legal action.

The value of a MultiDiscrete action is the sum of the values of its parts, so that the best parts
make the best action. (Tavakoli et al., "Action branching architectures" (2018), take the mean.)
"""

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from torch import Tensor

from ...envs.core.spec import GroupSpec
from ...envs.errors import BadParameter
from ..core.policy_graph import PolicyGraph


class ActionValues:
    """Reader of values `(..., choices)`; an action is `(..., parts)`, numbered from 0 in each part.

    Raises:
        BadParameter: the group acts in a Box.
    """

    def __init__(self, group: GroupSpec, who: str):
        space = group.action_space
        if isinstance(space, spaces.Box):
            raise BadParameter(
                f"{who} chooses among countable actions, and the group '{group.name}' acts in {space}; ippo, mappo and dpo act in a Box"
            )
        self.sizes = [int(space.n)] if isinstance(space, spaces.Discrete) else [int(size) for size in space.nvec]
        self.choices = sum(self.sizes)
        self._start = np.atleast_1d(np.asarray(space.start, np.int64))
        self._shape = group.action_shape
        self._offset = torch.tensor([0, *np.cumsum(self.sizes)[:-1]])

    def of(self, values: Tensor, action: Tensor) -> Tensor:
        """Values `(...)` of actions `(..., parts)`."""
        return values.gather(-1, action + self._offset.to(action.device)).sum(dim=-1)

    def best(self, values: Tensor, mask: Tensor | None) -> Tensor:
        """Legal action `(..., parts)` of the highest value."""
        if mask is not None:
            values = values.masked_fill(~mask, -torch.inf)
        if len(self.sizes) == 1:
            return values.argmax(dim=-1, keepdim=True)
        return torch.stack([part.argmax(dim=-1) for part in values.split(self.sizes, dim=-1)], dim=-1)

    def one_hot(self, action: Tensor) -> Tensor:
        """One-hot code `(..., choices)` float32 with a 1 for each part of the action."""
        hot = torch.zeros(*action.shape[:-1], self.choices, device=action.device)
        return hot.scatter_(-1, action + self._offset.to(action.device), 1.0)

    def export_one_hot(self, graph: PolicyGraph, choices: str) -> str:
        """Add the code of `one_hot` to a graph, zeros for agents that do not act."""
        codes = []
        for i, size in enumerate(self.sizes):
            part = graph.add("slice", choices, start=i, stop=i + 1)
            chosen = graph.add("equal", part, graph.constant(np.arange(size), "numbers"))
            codes.append(graph.only(chosen, graph.constant(1.0)))
        acts = graph.add("reshape", graph.active, shape=[1])
        return graph.only(acts, graph.add("concat", *codes))

    def to_action(self, action: Tensor) -> NDArray[np.int64]:
        """Convert to actions of the environment, `(..., *action_shape)`."""
        numbers = action.cpu().numpy() + self._start
        return numbers.reshape(*numbers.shape[:-1], *self._shape)

    def from_action(self, action: Tensor) -> Tensor:
        """Convert from actions of the environment, `(..., *action_shape)` to `(..., parts)`.

        Rows without an action, which hold 0, become action 0.
        """
        parts = action if self._shape else action.unsqueeze(-1)
        return (parts - torch.from_numpy(self._start).to(action.device)).clamp(min=0)
