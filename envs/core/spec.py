"""Specs of environments: groups of agents with equal spaces, and the task as a whole."""

from dataclasses import dataclass, field

import numpy as np
from gymnasium import spaces

ActionSpace = spaces.Discrete | spaces.MultiDiscrete | spaces.Box
DEFAULT_GROUP = "agents"


@dataclass(frozen=True)
class GroupSpec:
    """Agents that share one observation space and one action space.

    The rank of the observation says what it is: 1 features `(f,)`, 2 a set of entity rows
    `(entities, f)`, 3 an image `(channels, height, width)`.

    Raises:
        ValueError: the group is empty, or a space is of a kind that learners cannot read.
    """

    name: str
    size: int
    observation_space: spaces.Box
    action_space: ActionSpace
    has_action_mask: bool = False
    agents: tuple[str, ...] = ()
    """Names of the agents in PettingZoo; by default `predators` gives `predator_0`, `predator_1`
    and so on."""
    shared_reward: bool = False
    """True if every agent of the group gets the same reward in each step: the group is a team."""
    places: tuple[int, ...] = ()
    """The rows of the group's agents in arrays that hold all agents of the base env, such as public
    signals; by default 0, 1 and so on."""
    optional_mask: bool = False
    """True if masks may come without announcement, as from infos of a bridged environment.

    They allow everything until one comes."""

    def __post_init__(self):
        if isinstance(self.action_space, spaces.MultiDiscrete) and self.action_space.nvec.ndim != 1:
            raise ValueError(
                f"group '{self.name}' acts in {self.action_space}, a table of sizes; allowed is a MultiDiscrete of one axis"
            )
        if self.size < 1:
            raise ValueError(f"group '{self.name}' has size {self.size}; a group needs at least 1 agent")
        if not isinstance(self.observation_space, spaces.Box) or len(self.observation_space.shape) not in (1, 2, 3):
            raise ValueError(
                f"group '{self.name}' observes {self.observation_space}; allowed is a Box of rank 1, 2 or 3"
            )
        if not isinstance(self.action_space, (spaces.Discrete, spaces.MultiDiscrete, spaces.Box)):
            raise ValueError(
                f"group '{self.name}' acts in {self.action_space}; allowed is Discrete, MultiDiscrete or Box"
            )
        if self.has_action_mask and isinstance(self.action_space, spaces.Box):
            raise ValueError(
                f"group '{self.name}' has action masks on a Box action space; masks need Discrete or MultiDiscrete"
            )
        if not self.agents:
            singular = self.name.removesuffix("s")
            object.__setattr__(self, "agents", tuple(f"{singular}_{i}" for i in range(self.size)))
        if not self.places:
            object.__setattr__(self, "places", tuple(range(self.size)))
        if len(self.places) != self.size:
            raise ValueError(f"group '{self.name}' has size {self.size} but {len(self.places)} places")
        if len(self.agents) != self.size:
            raise ValueError(f"group '{self.name}' has size {self.size} but {len(self.agents)} agent names")

    @property
    def action_shape(self) -> tuple[int, ...]:
        """Shape of one agent's action: `()` for Discrete, `(k,)` for MultiDiscrete and Box."""
        return tuple(self.action_space.shape or ())

    @property
    def action_dtype(self) -> np.dtype:
        """int64 for Discrete and MultiDiscrete, float32 for Box."""
        return np.dtype(np.float32 if isinstance(self.action_space, spaces.Box) else np.int64)

    @property
    def num_choices(self) -> int:
        """Width of the action mask: number of actions, summed over parts of a MultiDiscrete.

        It is 0 for Box.
        """
        if isinstance(self.action_space, spaces.Discrete):
            return int(self.action_space.n)
        if isinstance(self.action_space, spaces.MultiDiscrete):
            return int(self.action_space.nvec.sum())
        return 0


@dataclass(frozen=True)
class EnvSpec:
    """The task as a whole.

    Raises:
        ValueError: no group, two groups of one name, or a horizon below 1.
    """

    id: str
    groups: tuple[GroupSpec, ...]
    horizon: int | None
    """Steps after which an episode is truncated, or None for an endless task."""
    metrics: tuple[str, ...] = ()
    """Names of the outcomes reported when an episode ends."""
    state_shape: tuple[int, ...] | None = None
    """Shape of one env's global state (float32) for centralized training, or None."""
    signals: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Public events: name to the shape of one env's array (float32)."""
    resumable: bool = True
    """True if `snapshot` holds everything; False for a bridged environment, whose resumed run
    starts new episodes."""
    world: "EnvSpec | None" = None
    """Spec of the base env, if this is of a scenario: its group has all agents, bots included."""
    open_metrics: bool = False
    """True if outcomes of other names may come, as from infos of a bridged environment."""

    def __post_init__(self):
        names = [group.name for group in self.groups]
        if not names or len(set(names)) != len(names):
            raise ValueError(
                f"environment '{self.id}' has groups {names}; it needs at least one, each with its own name"
            )
        if self.horizon is not None and self.horizon < 1:
            raise ValueError(f"horizon is {self.horizon}; an episode needs at least 1 step")

    def group(self, name: str) -> GroupSpec:
        """The group called `name`; KeyError with the known names otherwise."""
        for group in self.groups:
            if group.name == name:
                return group
        raise KeyError(
            f"environment '{self.id}' has no group '{name}'; its groups are {', '.join(g.name for g in self.groups)}"
        )

    @property
    def num_agents(self) -> int:
        """Agents over all groups."""
        return sum(group.size for group in self.groups)
