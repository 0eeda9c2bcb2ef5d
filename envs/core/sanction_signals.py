"""Public sanctions: opportunities, sanctions, targets and contexts of all tasks.

A group sees by them how its norms are enforced (Vinitsky et al., "A learning agent that acquires
social norms from public sanctions in decentralized multi-agent settings", 2023). The signals are
float32, 0 or 1, and are of the step just played.

- `opportunity` (n,): on the frame on which agent i decided, that is before the step, another agent
  stood where its sanction would hit and it could sanction. Refraining then is approval.
- `sanction` (n,): agent i sanctioned in this step, whether it hit or not. With an opportunity that
  is disapproval.
- `target` (n, n): the sanction of agent i (row) hit agent j (column). One beam may hit several.

The context of an event is the observation of its agent before the step: neither the beam nor its
effect is in it. A task of one group that declares the first two signals makes such events public,
without another line: `EventLog` puts them together from observations.
"""

from typing import Annotated, Any, NamedTuple

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ..kernels.arrays import Bool, Int64
from .spec import EnvSpec
from .timestep import TimeStep

OPPORTUNITY, SANCTION, TARGET = "opportunity", "sanction", "target"


def signal_shapes(n: int) -> dict[str, tuple[int, ...]]:
    """The shapes of the signals of one env with `n` agents, for EnvSpec."""
    return {OPPORTUNITY: (n,), SANCTION: (n,), TARGET: (n, n)}


def context_space(env: EnvSpec) -> spaces.Box | None:
    """The space of the contexts of events, or None where such events are not public.

    They are public where the base env has one group, so that all agents observe alike, and the two
    signals with a row for each of its agents.
    """
    base = env.world or env
    group = base.groups[0]
    rows = {base.signals.get(name) for name in (OPPORTUNITY, SANCTION)}
    return group.observation_space if len(base.groups) == 1 and rows == {(group.size,)} else None


class Events(NamedTuple):
    """Opportunities to sanction, one row each, in the order of their steps."""

    step: Annotated[Int64, "events"]
    """Index of the decision, from the first of the sequence."""
    copy: Annotated[Int64, "events"]
    """Index of the env."""
    agent: Annotated[Int64, "events"]
    """Row of the agent that could sanction among all agents of the base env."""
    sanctioned: Annotated[Bool, "events"]
    """True if it did, which is disapproval."""
    context: NDArray[Any]
    """`(events, *shape)`, its observation when it decided."""


class EventLog:
    """Public events of a sequence of steps."""

    def __init__(self, space: spaces.Box):
        self._space = space
        self._rows: list[tuple[NDArray[Any], ...]] = []

    def add(self, decision: int, step: TimeStep, before: NDArray[Any] | None = None) -> None:
        """Take the events of a step that followed `decision`.

        Args:
            before: `(num_envs, n, *shape)`, observations of all agents of the base env when they
                decided; left out where `take` is given those of all decisions.
        """
        envs, agents = np.nonzero(step.signals[OPPORTUNITY])
        sanctioned = step.signals[SANCTION][envs, agents] > 0
        context = () if before is None else (before[envs, agents],)
        self._rows.append((np.full(len(envs), decision), envs, agents, sanctioned, *context))

    def take(self, seen: NDArray[Any] | None = None) -> Events:
        """Return the events since the last call, and forget them.

        Args:
            seen: (decisions, num_envs, n, *shape), observations of all agents of the base env,
                where `add` was not given them.
        """
        rows, self._rows = self._rows, []
        if not rows:
            none = np.zeros(0, np.int64)
            return Events(none, none, none, np.zeros(0, np.bool_), np.zeros((0, *self._space.shape), self._space.dtype))
        parts = [np.concatenate(part) for part in zip(*rows)]
        if seen is not None:
            parts.append(seen[parts[0], parts[1], parts[2]])
        return Events(*parts)
