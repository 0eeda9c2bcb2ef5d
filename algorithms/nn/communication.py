"""A channel between the agents of a group: what one network makes of its own input, all others get to hear."""

import torch
from torch import Tensor

from .layers import AgentAxis


def hear_others(x: Tensor, active: Tensor, agent_axis: AgentAxis) -> Tensor:
    """Put the mean of the other agents' features beside each agent's own.

    Differentiable, so that agents learn what to say. With two agents it is the channel of Sunehag et al., "Value-decomposition networks" (2018),
    section 3; the mean makes it one for any number. Inactive agents say nothing.

    Args:
        x: `(m, rows', features)`.
        active: `(..., n)`, as many as there are rows.

    Returns:
        `(m, rows', 2 * features)`.
    """
    own = agent_axis.merge(x)
    here = active.reshape(-1, agent_axis.n, 1)
    said = torch.where(here, own, 0)
    others = here.sum(dim=1, keepdim=True) - here.to(x.dtype)
    heard = (said.sum(dim=1, keepdim=True) - said) / others.clamp(min=1)
    return torch.cat([x, agent_axis.split(heard)], dim=-1)
