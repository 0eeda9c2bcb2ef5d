"""Communication between the agents of a group: each receives the mean of the others' features."""

import torch
from torch import Tensor

from ..core.policy_graph import PolicyGraph
from .layers import AgentAxis


def communicate(x: Tensor, active: Tensor, agent_axis: AgentAxis) -> Tensor:
    """Append the mean of the other active agents' features to each agent's own.

    The operation is differentiable, so that messages are learnt. With two agents it is the channel
    of Sunehag et al., "Value-decomposition networks" (2018), section 3; the mean extends it to any
    number. Inactive agents send nothing, and a single active agent receives zeros.

    Args:
        x: `(m, rows', features)`.
        active: `(..., n)`, as many as there are rows.

    Returns:
        `(m, rows', 2 * features)`.
    """
    own = agent_axis.merge(x)
    sends = active.reshape(-1, agent_axis.n, 1)
    sent = torch.where(sends, own, 0)
    others = sends.sum(dim=1, keepdim=True) - sends.to(x.dtype)
    received = (sent.sum(dim=1, keepdim=True) - sent) / others.clamp(min=1)
    return torch.cat([x, agent_axis.split(received)], dim=-1)


def export_communication(graph: PolicyGraph, x: str) -> str:
    """Add the operation to a graph."""
    sends = graph.add("reshape", graph.active, shape=[1])
    sent = graph.only(sends, x)
    number = graph.only(sends, graph.constant(1.0))
    others, total = (graph.add("subtract", graph.add("sum", value, axis=0), value) for value in (number, sent))
    received = graph.add("divide", total, graph.add("maximum", others, graph.constant(1.0)))
    return graph.add("concat", x, received, name="communication")
