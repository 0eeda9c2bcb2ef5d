"""Batches as TorchRL's EnvBase, with a nested tensordict for each group of agents.

This module is imported where TorchRL is installed; `torchrl_env` sees to that.
"""

from math import prod
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from tensordict import TensorDict, TensorDictBase  # pyright: ignore[reportMissingImports] (an extra, as below)
from torchrl.data import (  # pyright: ignore[reportMissingImports]
    Bounded,
    Categorical,
    Composite,
    MultiCategorical,
    Unbounded,
)
from torchrl.envs import EnvBase  # pyright: ignore[reportMissingImports]

from ..core.env import BatchEnv
from ..core.spec import GroupSpec
from ..core.timestep import GroupStep, TimeStep
from .agent_rows import flat_space, scale_of


class TorchRLEnv(EnvBase):
    """A batch as TorchRL's EnvBase of batch size `(num_envs,)`, without a loop over envs or agents.

    Keys, each behind the batch size; n is the number of agents of a group, `group_map` names them:

    - `(GROUP, "observation")` `(n, *shape)`; `(GROUP, "action")` `(n, *action_shape)`;
      `(GROUP, "reward")` `(n, 1)` float32.
    - `(GROUP, "mask")` `(n,)` bool, the agents that must act now. Rows of others do not count.
    - `(GROUP, "action_mask")` `(n, num_choices)` bool where the task has masks; for `ActionMask`.
    - `(GROUP, "terminated")`, `"truncated"`, `"done"` `(n, 1)`: of the agent. They stay True after
      an agent's own end, until the env's episode ends.
    - `"terminated"`, `"truncated"`, `"done"` `(1,)`: of the env.
    - `"state"`, the global state, where the task has one; `("signals", NAME)`, public events;
      `("metrics", NAME)` float32, 0 before an episode's last step and where undefined, and
      `"metrics_defined"` bool, a flag for each of them.

    TorchRL resets envs that are done; envs can also be reset before, by `"_reset"`.

    Args:
        flatten: observations become vectors `(f,)` of float32; see `AgentRows`.
        device: where the tensors lie.
        seed: of the random streams; None draws one.
    """

    def __init__(self, env: BatchEnv, flatten: bool = False, device: Any = "cpu", seed: int | None = None):
        super().__init__(device=device, batch_size=torch.Size([env.num_envs]))
        self.batch = env
        self.group_map = {group.name: list(group.agents) for group in env.spec.groups}
        self._flatten = flatten
        self._seed = seed
        shape = self.batch_size
        groups = env.spec.groups
        self.observation_spec = Composite(
            {g.name: self._composite(g, self._group_observation(g)) for g in groups} | self._observation_of_env(),
            shape=shape,
        )
        actions = {g.name: self._composite(g, {"action": self._action(g)}) for g in groups}
        self.full_action_spec = Composite(actions, shape=shape)
        rewards = {g.name: self._composite(g, {"reward": Unbounded((*shape, g.size, 1))}) for g in groups}
        self.full_reward_spec = Composite(rewards, shape=shape)
        ends = {g.name: self._composite(g, self._flags(g.size, 1)) for g in groups}
        self.full_done_spec = Composite(ends | self._flags(1), shape=shape)
        self.to(self.device)

    # The specs

    def _composite(self, group: GroupSpec, leaves: dict[str, Any]) -> Any:
        return Composite(leaves, shape=(*self.batch_size, group.size))

    def _bool(self, *shape: int) -> Any:
        return Categorical(2, shape=(*self.batch_size, *shape), dtype=torch.bool)

    def _flags(self, *shape: int) -> dict[str, Any]:
        return {name: self._bool(*shape) for name in ("done", "terminated", "truncated")}

    def _box(self, space: spaces.Box, size: int) -> Any:
        shape = (*self.batch_size, size, *space.shape)
        dtype = torch.from_numpy(np.zeros(0, space.dtype)).dtype
        if not (np.isfinite(space.low).all() and np.isfinite(space.high).all()):
            return Unbounded(shape, dtype=dtype)
        low, high = (torch.from_numpy(bound.copy()).expand(shape).clone() for bound in (space.low, space.high))
        return Bounded(low, high, shape=shape, dtype=dtype)

    def _group_observation(self, group: GroupSpec) -> dict[str, Any]:
        space = flat_space(group.observation_space) if self._flatten else group.observation_space
        found = {"observation": self._box(space, group.size), "mask": self._bool(group.size)}
        if group.has_action_mask:
            found["action_mask"] = self._bool(group.size, group.num_choices)
        return found

    def _action(self, group: GroupSpec) -> Any:
        space, rows = group.action_space, (*self.batch_size, group.size)
        if isinstance(space, spaces.Discrete):
            return Categorical(int(space.n), shape=rows, dtype=torch.int64)
        if isinstance(space, spaces.MultiDiscrete):
            return MultiCategorical(space.nvec.tolist(), shape=(*rows, len(space.nvec)), dtype=torch.int64)
        return self._box(space, group.size)

    def _observation_of_env(self) -> dict[str, Any]:
        spec, shape = self.batch.spec, self.batch_size
        found: dict[str, Any] = {}
        if spec.state_shape is not None:
            found["state"] = Unbounded((*shape, *spec.state_shape))
        if spec.signals:
            signals = {name: Unbounded((*shape, *inner)) for name, inner in spec.signals.items()}
            found["signals"] = Composite(signals, shape=shape)
        if spec.metrics:
            found["metrics"] = Composite({name: Unbounded(shape) for name in spec.metrics}, shape=shape)
            found["metrics_defined"] = self._bool(len(spec.metrics))
        return found

    # The three methods of an EnvBase

    def _set_seed(self, seed: int | None) -> None:
        self._seed = seed

    def _reset(self, tensordict: TensorDictBase | None = None, **options: Any) -> TensorDictBase:
        """New episodes where `_reset` is True, or in all envs without it."""
        where = None if tensordict is None else tensordict.get("_reset", None)
        if where is None or where.all():
            step = self.batch.reset(self._seed)
            self._seed = None
        else:
            step = self.batch.begin(where.reshape(-1).cpu().numpy())
        return self._tensordict(step, self._seen(step) | self._ends(step))

    def _step(self, tensordict: TensorDictBase) -> TensorDictBase:
        """One step of every env by `(GROUP, "action")`."""
        actions = {}
        for group in self.batch.spec.groups:
            given = tensordict.get((group.name, "action")).detach().cpu().numpy()
            numbered = not isinstance(group.action_space, spaces.Box)
            actions[group.name] = given + group.action_space.start if numbered else given  # pyright: ignore
        step = self.batch.step(actions)
        rewards = {(name, "reward"): _tensor(rows.reward)[..., None] for name, rows in step.groups.items()}
        return self._tensordict(step, self._seen(step) | self._ends(step) | rewards)

    # Tensors of a step

    def _tensordict(self, step: TimeStep, values: dict[Any, torch.Tensor]) -> TensorDictBase:
        device = self.device
        nested: dict[str, Any] = {
            name: TensorDict({}, (*self.batch_size, rows.active.shape[1]), device=device)
            for name, rows in step.groups.items()
        }
        found = TensorDict(nested, self.batch_size, device=device)
        for key, value in values.items():
            found.set(key, value)
        return found

    def _seen(self, step: TimeStep) -> dict[Any, torch.Tensor]:
        found: dict[Any, torch.Tensor] = {}
        for group in self.batch.spec.groups:
            rows = step.groups[group.name]
            found[group.name, "observation"] = self._observation(group, rows)
            found[group.name, "mask"] = _tensor(rows.active)
            if rows.action_mask is not None:
                found[group.name, "action_mask"] = _tensor(rows.action_mask)
        if step.state is not None:
            found["state"] = _tensor(step.state)
        found |= {("signals", name): _tensor(value) for name, value in step.signals.items()}
        if self.batch.spec.metrics:
            none = np.full(self.batch.num_envs, np.nan)
            values = [step.metrics.get(name, none) for name in self.batch.spec.metrics]
            found["metrics_defined"] = torch.from_numpy(~np.isnan(np.stack(values, axis=1)))
            for name, value in zip(self.batch.spec.metrics, values):
                found["metrics", name] = torch.from_numpy(np.nan_to_num(value).astype(np.float32))
        return found

    def _observation(self, group: GroupSpec, rows: GroupStep) -> torch.Tensor:
        if not self._flatten:
            return _tensor(rows.observation)
        size = prod(group.observation_space.shape)
        flat = rows.observation.reshape(self.batch.num_envs, group.size, size).astype(np.float32)
        return torch.from_numpy(flat * np.float32(scale_of(group.observation_space)))

    def _ends(self, step: TimeStep) -> dict[Any, torch.Tensor]:
        found: dict[Any, torch.Tensor] = {}
        for name, rows in step.groups.items():
            cut = step.truncated[:, None] & ~rows.terminated
            found |= {(name, key): value for key, value in _flags(rows.terminated, cut).items()}
        ended = step.last & ~step.truncated
        return found | _flags(ended, step.truncated)


def _flags(terminated: NDArray[np.bool_], truncated: NDArray[np.bool_]) -> dict[str, torch.Tensor]:
    both = {"terminated": terminated, "truncated": truncated, "done": terminated | truncated}
    return {key: _tensor(value)[..., None] for key, value in both.items()}


def _tensor(array: NDArray[Any]) -> torch.Tensor:
    """A tensor of its own: the env overwrites its arrays."""
    return torch.from_numpy(array.copy())
