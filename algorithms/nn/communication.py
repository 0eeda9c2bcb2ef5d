"""Communication between the agents of a group: each receives the mean of the others' features."""

import torch
from torch import Tensor

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
