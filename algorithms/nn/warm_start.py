"""Warm starts: networks that begin with the parameters of others."""

from torch import Tensor, nn

from ..core.learner import DoesNotFit
from .layers import AgentAxis

MOST_NAMED = 4


def copy_parameters(own: nn.Module, base: nn.Module, own_axis: AgentAxis, base_axis: AgentAxis) -> None:
    """Copy parameters and buffers of `base` into `own`, which have `m` networks each.

    Raises:
        DoesNotFit: a tensor of one of them is missing in the other, or has another shape.
    """
    if own_axis.m != base_axis.m:
        raise DoesNotFit(
            f"it has {_networks(base_axis)}, and here {'is' if own_axis.m == 1 else 'are'} {_networks(own_axis)}; "
            "with network.sharing all on both sides the number of agents may differ"
        )
    here, there = own.state_dict(), base.state_dict()
    wrong = [
        f"{name} is {_shape(there.get(name))} there and {_shape(here.get(name))} here"
        for name in dict.fromkeys([*here, *there])
        if _shape(here.get(name)) != _shape(there.get(name))
    ]
    if wrong:
        more = f"; and {len(wrong) - MOST_NAMED} more tensors" if len(wrong) > MOST_NAMED else ""
        raise DoesNotFit("; ".join(wrong[:MOST_NAMED]) + more)
    own.load_state_dict(there)


def _networks(axis: AgentAxis) -> str:
    if axis.m == 1:
        return f"one network for {axis.n} agents" if axis.n > 1 else "the network of one agent"
    return f"networks of {axis.m} agents"


def _shape(tensor: Tensor | None) -> str:
    return "missing" if tensor is None else str(tuple(tensor.shape))
