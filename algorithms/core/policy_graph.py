"""Description of a policy's computation: nodes from observation to action, and their arrays.

Learners write it in `Learner.export_policy`, encoders in `Encoder.export`. `stigmergy export`
saves it, and `algorithms/export/load_policy.py` runs it without torch.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray

from ...envs.core.spec import GroupSpec
from ...envs.errors import BadParameter


class NotExportable(BadParameter):
    """A policy without a description of its computation; the sentence names it and the reason."""


class PolicyGraph:
    """Directed acyclic graph of a policy, built node by node.

    Values are `(n, rows, ...)`, the n agents of the group first, as in the stacked networks. A
    value is named by the node that gives it; the inputs are called `observation`, `mask`, `active`
    and `hidden`. An array of one network serves any number of agents.

    Args:
        group: the group that the policy plays.
    """

    observation = "observation"
    """`(n, rows, *shape)`, converted to the dtype of the parameters."""
    mask = "mask"
    """`(n, rows, num_choices)` bool, True where an action is legal."""
    active = "active"
    """`(n, rows)` bool, True for agents that act."""
    hidden = "hidden"
    """`(n, rows, hidden_size)`, zeros at the beginning of an episode."""

    def __init__(self, group: GroupSpec):
        self.group = group
        self.dtype = np.dtype(str(torch.get_default_dtype()).removeprefix("torch."))
        self.nodes: list[dict[str, Any]] = []
        self.arrays: dict[str, NDArray[Any]] = {}
        self.outputs: dict[str, str] = {}
        self.logits = ""
        self._hidden_size = 0
        self._any_size = True

    def add(self, op: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Add a node, and return the name of its value.

        Args:
            op: a key of `OPS` in `load_policy.py`, which defines it.
            inputs: names of values and arrays.
            name: name of the value; by default that of the op. A number makes it unique.
            attributes: further arguments of the op.
        """
        output = self._unique(name or op)
        self.nodes.append({"op": op, "inputs": list(inputs), "output": output, "attributes": attributes})
        return output

    def parameter(self, values: torch.Tensor, name: str) -> str:
        """Add an array `(m, ...)` of m networks, and return its name."""
        self._any_size &= len(values) == 1
        return self._array(values.detach().cpu().numpy().copy(), name)

    def constant(self, values: Any, name: str = "constant") -> str:
        """Add numbers of all agents and networks, and return their name."""
        array = np.asarray(values)
        return self._array(array.astype(self.dtype) if array.dtype.kind == "f" else array, name)

    def linear(self, x: str, weight: torch.Tensor, bias: torch.Tensor, name: str = "linear", axes: int = 0) -> str:
        """Add linear layers `(m, inputs, outputs)` and `(m, 1, outputs)`, and return their value.

        Args:
            axes: number of axes of `x` between the rows and the features, such as that of entities.
        """
        weight, bias = (tensor.unflatten(0, (-1, *[1] * axes)) for tensor in (weight, bias))
        parameters = self.parameter(weight, f"{name}.weight"), self.parameter(bias, f"{name}.bias")
        return self.add("linear", x, *parameters, name=name)

    def only(self, flags: str, x: str) -> str:
        """Add `x` where `flags` (of its shape, or with a last axis of 1) hold, and 0 elsewhere."""
        return self.add("where", flags, x, self.constant(0.0))

    def agent_ids(self, like: str) -> str:
        """Add the one-hot number of each agent, `(n, rows, n)` for the rows of `like`."""
        return self.add("expand", self.parameter(torch.eye(self.group.size).unsqueeze(1), "agent_id"), like)

    def hidden_part(self, size: int) -> str:
        """Reserve the next `size` numbers of the hidden state, and return their value."""
        start, self._hidden_size = self._hidden_size, self._hidden_size + size
        return self.add("slice", self.hidden, start=start, stop=self._hidden_size)

    def best_choices(self, logits: str, sizes: Sequence[int]) -> str:
        """Add the legal choice of the highest logit in each part, `(n, rows, parts)` integers.

        Args:
            logits: `(n, rows, choices)`.
            sizes: choices of each part.
        """
        if self.group.has_action_mask:
            logits = self.add("where", self.mask, logits, self.constant(-np.inf))
        ends = np.cumsum(sizes).tolist()
        parts = [logits]
        if len(ends) > 1:
            parts = [self.add("slice", logits, start=end - size, stop=end) for end, size in zip(ends, sizes)]
        best = [self.add("reshape", self.add("argmax", part), shape=[1]) for part in parts]
        return self.add("concat", *best, name="choices") if len(best) > 1 else best[0]

    def discrete_action(self, choices: str) -> str:
        """Add the action of the environment for choices `(n, rows, parts)`, numbered from 0."""
        space = self.group.action_space
        assert isinstance(space, (spaces.Discrete, spaces.MultiDiscrete))
        action = self.add("add", choices, self.constant(np.asarray(space.start, np.int64), "start"))
        return self.add("reshape", action, shape=list(self.group.action_shape), name="action")

    def finish(self, action: str, logits: str, kind: str, hidden: Sequence[str] = ()) -> None:
        """Set the results.

        Args:
            action: greedy actions `(n, rows, *action_shape)`.
            logits: output of the network, before masks.
            kind: `distribution` if `logits` parametrize the distribution that actions are drawn
                from: logits of a softmax, or means and log standard deviations. `values` if they
                are action values.
            hidden: parts of the next hidden state, in the order of `hidden_part`.
        """
        after = self.add("concat", *hidden, name="next_hidden") if len(hidden) > 1 else [*hidden, self.hidden][0]
        self.outputs = {"action": action, "logits": logits, "hidden": after}
        self.logits = kind

    def description(self) -> dict[str, Any]:
        """The graph as plain values, with the shapes of its arrays."""
        dtype, group = str(self.dtype), self.group
        return {
            "size": None if self._any_size else group.size,
            "inputs": {
                self.observation: [dtype, *group.observation_space.shape],
                self.mask: ["bool", group.num_choices],
                self.active: ["bool"],
                self.hidden: [dtype, self._hidden_size],
            },
            "arrays": {name: list(array.shape) for name, array in self.arrays.items()},
            "nodes": self.nodes,
            "outputs": self.outputs,
            "logits": self.logits,
        }

    def _array(self, array: NDArray[Any], name: str) -> str:
        for known, other in self.arrays.items():
            if array.size == 1 and np.array_equal(array, other) and array.dtype == other.dtype:
                return known
        name = self._unique(name)
        self.arrays[name] = array
        return name

    def _unique(self, name: str) -> str:
        used = {node["output"] for node in self.nodes} | self.arrays.keys()
        used |= {self.observation, self.mask, self.active, self.hidden}
        number, unique = 1, name
        while unique in used:
            number += 1
            unique = f"{name}_{number}"
        return unique
