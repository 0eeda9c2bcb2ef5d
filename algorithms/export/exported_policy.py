"""Learner that plays an exported policy and learns nothing."""

from pathlib import Path

import numpy as np
import torch

from ...envs.core.timestep import GroupStep
from ...envs.errors import BadParameter
from ..core.learner import Context, Decision, NoConfig
from ..core.scripted import ActingAlone
from ..nn.distributions import build_distribution
from .load_policy import Policy
from .policy_file import describe_group


class ExportedPolicy(ActingAlone):
    """Policy of a file of `stigmergy export`, as a learner.

    Actions are drawn from the policy's distribution; a policy of action values takes the best.

    Args:
        path: the file. The policy is that of the context's group, or the only one of the file.

    Raises:
        BadParameter: the file cannot be read, or its policy does not fit the group.
    """

    def __init__(self, context: Context, path: str | Path):
        super().__init__(context, NoConfig())
        self.path = Path(path)
        self._policy = read_policy(self.path, self.group.name)
        self._check_fit()
        self._distribution = build_distribution(self.group.action_space)

    def _check_fit(self) -> None:
        trained, here = self._policy.graph, describe_group(self.group)
        for part in ("observation_space", "action_space", "has_action_mask"):
            if trained[part] != here[part]:
                raise BadParameter(
                    f"the policy '{self.path}' does not fit '{self.group.name}' of '{self.context.env.id}': its {part} is {trained[part]}, there it is {here[part]}"
                )
        if trained["size"] not in (None, self.group.size):
            raise BadParameter(
                f"the policy '{self.path}' plays {trained['size']} agents, and '{self.group.name}' of '{self.context.env.id}' has {self.group.size}"
            )

    def initial_hidden_state(self, num_envs: int) -> torch.Tensor:
        dtype, size = self._policy.graph["inputs"]["hidden"]
        return torch.zeros(num_envs, self.group.size, size, dtype=getattr(torch, dtype))

    def act(self, step: GroupStep, hidden_state: torch.Tensor, greedy: bool = False) -> Decision:
        before = np.where(step.first[:, None, None], 0, hidden_state.numpy())
        action, logits, after = self._policy.act(step.observation, step.action_mask, before, step.active)
        if not greedy and self._policy.graph["logits"] == "distribution":
            mask = None if step.action_mask is None else torch.from_numpy(step.action_mask)
            sample = self._distribution.sample(torch.from_numpy(logits), mask, self.stream("policy"))
            action = self._distribution.to_action(sample)
        return Decision(action.astype(self.group.action_dtype, copy=False), torch.from_numpy(after.copy()))


def read_policy(path: str | Path, group: str | None = None) -> Policy:
    """Read the policy of `group`, or the only one of the file.

    Raises:
        BadParameter: the file cannot be read, or it has several groups but not this one.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            names = {name.partition("/")[0] for name in file.files if "/" in name}
    except Exception as error:
        raise BadParameter(f"'{path}' is no file of `stigmergy export`: {type(error).__name__}: {error}") from error
    try:
        return Policy(path, None if len(names) == 1 else group)
    except ValueError as error:
        raise BadParameter(str(error)) from error
