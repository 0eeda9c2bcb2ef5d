"""Public sanctions: who could sanction, who did, whom it hit, and what the sanctioner saw when it decided. One convention for every task.

They are what a group can see of the enforcement of its norms (Vinitsky et al., "A learning agent that acquires social norms
from public sanctions in decentralized multi-agent settings", 2023). The signals are float32, 0 or 1, and tell of the step just played.

- `opportunity` (n,): on the frame on which agent i decided, that is before the step, somebody stood where its sanction would
  hit and it could sanction. Refraining then is approval.
- `sanction` (n,): agent i sanctioned in this step, whether it hit or not. With an opportunity that is disapproval.
- `target` (n, n): the sanction of agent i (row) hit agent j (column). One beam may hit several.

The context of an event is what its agent saw before the step: neither the beam nor its effect is in it. A task of one group that declares the first
two signals makes such events public, without another line: `EventLog` puts them together from what agents see.
"""

from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from .spec import EnvSpec
from .timestep import TimeStep

OPPORTUNITY, SANCTION, TARGET = "opportunity", "sanction", "target"


def signal_shapes(n: int) -> dict[str, tuple[int, ...]]:
    """The shapes of the signals of one copy with `n` agents, for EnvSpec."""
    return {OPPORTUNITY: (n,), SANCTION: (n,), TARGET: (n, n)}


def context_space(env: EnvSpec) -> spaces.Box | None:
    """The space of what agents saw when they could sanction, or None where such events are not public.

    They are where the world has one group, so that all agents see alike, and the two signals with a row for each of its agents.
    """
    world = env.world or env
    group = world.groups[0]
    rows = {world.signals.get(name) for name in (OPPORTUNITY, SANCTION)}
    return group.observation_space if len(world.groups) == 1 and rows == {(group.size,)} else None


class Events(NamedTuple):
    """Opportunities to sanction, one row each, in the order of their steps. k is their number."""

    step: NDArray[np.int64]  # (k,) the decision, counted from the first of the stretch
    copy: NDArray[np.int64]  # (k,)
    agent: NDArray[np.int64]  # (k,) who could sanction: its row among all agents of the world
    sanctioned: NDArray[np.bool_]  # (k,) whether it did, which is disapproval
    context: NDArray[Any]  # (k, *shape) what it saw when it decided


class EventLog:
    """Collects the public events of a stretch of steps."""

    def __init__(self, space: spaces.Box):
        self._space = space
        self._rows: list[tuple[NDArray[Any], ...]] = []

    def add(self, decision: int, step: TimeStep, before: NDArray[Any] | None = None) -> None:
        """Take the events of a step that followed `decision`.

        Args:
            before: `(num_envs, n, *shape)`, what all agents of the world saw when they decided; left out where `take` is given that of all decisions.
        """
        copies, agents = np.nonzero(step.signals[OPPORTUNITY])
        sanctioned = step.signals[SANCTION][copies, agents] > 0
        context = () if before is None else (before[copies, agents],)
        self._rows.append((np.full(len(copies), decision), copies, agents, sanctioned, *context))

    def take(self, seen: NDArray[Any] | None = None) -> Events:
        """The events since it was last asked; `seen` (decisions, num_envs, n, *shape) is what all agents of the world saw, where `add` was not given it."""
        rows, self._rows = self._rows, []
        if not rows:
            none = np.zeros(0, np.int64)
            return Events(none, none, none, np.zeros(0, np.bool_), np.zeros((0, *self._space.shape), self._space.dtype))
        parts = [np.concatenate(part) for part in zip(*rows)]
        if seen is not None:
            parts.append(seen[parts[0], parts[1], parts[2]])
        return Events(*parts)
