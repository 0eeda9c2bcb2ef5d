"""Classifier norm model: agents that learn norms from public sanctions, and enforce them.

Any member of the PPO family can be the base: `Normative` adds a norm model and changes nothing
else.

Source: Vinitsky et al., "A learning agent that acquires social norms from public sanctions in
decentralized multi-agent settings" (2023).
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...envs.core.config import Config
from ...envs.core.sanction_signals import OPPORTUNITY, SANCTION
from ...envs.errors import BadParameter
from ..core.learner import Context, Information, Learner, summarize
from ..core.policy_graph import PolicyGraph
from ..core.rollout import Rollout
from ..nn.warm_start import copy_parameters
from ..ppo.data import Inputs
from ..ppo.dpo import DPO, DPOConfig
from ..ppo.ippo import IPPO, IPPOConfig
from ..ppo.learner import PPO
from ..ppo.mappo import MAPPO, MAPPOConfig
from .classifier import DISAPPROVED, NormConfig, NormModel, pseudo_reward


@dataclass(frozen=True)
class WithNorms(Config):
    """Options that are added to those of a base.

    The class follows the base's in the order of inheritance, because a common ancestor would
    override the base's defaults.
    """

    norms: NormConfig = field(default_factory=NormConfig)
    """Options of the norm model."""


class Normative(PPO[Any]):
    """Mixin for the PPO family: a private classifier of the group's disapproval for each agent.

    The prediction of its own classifier is an input of the policy. The policy learns from the sum
    of its reward and a pseudo-reward for its sanctions. Both use the classifier as it was at the
    decision. Classifiers learn after policies, from the rollout's public events, and no gradient
    passes between the two. Reported rewards are the environment's. `shaped_return`, in place of the
    base's `mean_return`, includes the pseudo-reward, as does `estimate`.

    Metrics of a rollout; undefined ones, such as an accuracy without disapprovals, are left out:
        disapprovals, approvals: numbers of public events.
        sanction_rate: share of own opportunities that were taken.
        pseudo_reward: mean per decision.
        pseudo_reward_per_sanction: mean per sanction at an opportunity.
        disapproved_share: share of own sanctions at an opportunity that the own classifier
            predicted with at least 0.5.
        balanced_accuracy: of the classifiers at 0.5, on events before they learn from them.
        classifier_loss: cross-entropy on the same events.
        agreement: share of pairs of agents with equal predictions.

    Raises:
        BadParameter: the environment has no public sanctions, or the class declares LOCAL.
    """

    name: ClassVar[str] = "a norm learner"
    """Registered name, for errors."""

    def __init__(self, context: Context, config: WithNorms):
        norms = self.norm_config = config.norms
        if self.information is Information.LOCAL:
            raise BadParameter(
                f"{self.name} declares LOCAL; what learns norms sees public sanctions and declares PUBLIC, or JOINT"
            )
        self.extra_inputs = int(norms.classifier and norms.policy_sees)
        self.norms: NormModel | None = None
        super().__init__(context, config)
        if norms.classifier:
            self.norms = NormModel(context, norms, self.name, self.stream("classifier initialisation"))

    def _inputs(self, observation: Any, first: Any, active: Any) -> Inputs:
        inputs = super()._inputs(observation, first, active)
        if self.norms is None:
            return inputs
        return inputs._replace(extra_inputs=self.norms.judge(inputs.observation[0])[None, ..., None])

    def _export_inputs(self, graph: PolicyGraph) -> str | None:
        return self.norms.network.export(graph) if self.norms and self.extra_inputs else None

    def _rewards(self, rollout: Rollout) -> NDArray[np.float32]:
        return super()._rewards(rollout) + self._pseudo_reward(rollout) if self.norms else super()._rewards(rollout)

    def _pseudo_reward(self, rollout: Rollout) -> NDArray[np.float32]:
        """Pseudo-reward `(T, E, n)`."""
        if self.updates < self.norm_config.warm_up:
            return np.zeros_like(rollout.reward)
        return pseudo_reward(self._own(rollout)[1], self._judged(rollout), self.norm_config)

    def _judged(self, rollout: Rollout) -> NDArray[np.float32]:
        """Predictions `(T, E, n)` of the agents' own classifiers at the decisions."""
        return rollout.record["extra_inputs"][..., 0]

    def _own(self, rollout: Rollout) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Masks `(T, E, n)` of own agents' opportunities, and of the opportunities that they took.

        Signals at t + 1 are the outcome of decision t.
        """
        assert rollout.signals is not None
        places = list(self.group.places)
        chance, shot = (rollout.signals[name][1:, :, places] > 0 for name in (OPPORTUNITY, SANCTION))
        return chance, chance & shot

    def learn(self, rollout: Rollout) -> dict[str, float]:
        # before the update, which counts as one
        described = self._describe(rollout) if self.norms else {}
        metrics = super().learn(rollout)
        if self.norms is None:
            return metrics
        assert rollout.events is not None
        metrics["shaped_return"] = metrics.pop("mean_return")
        learnt = self.norms.learn(rollout.events, self.stream("events"))
        return metrics | described | summarize(self.group, learnt)

    def _describe(self, rollout: Rollout) -> dict[str, float]:
        """Norm metrics of a rollout."""
        assert rollout.events is not None
        chance, taken = self._own(rollout)
        disapprovals = int(rollout.events.sanctioned.sum())
        pseudo = self._pseudo_reward(rollout)
        metrics = {
            "disapprovals": disapprovals,
            "approvals": len(rollout.events.step) - disapprovals,
            "pseudo_reward": pseudo.sum() / max(rollout.valid.sum(), 1),
        }
        if chance.any():
            metrics["sanction_rate"] = taken.sum() / chance.sum()
        if taken.any():
            metrics["pseudo_reward_per_sanction"] = pseudo[taken].mean()
            metrics["disapproved_share"] = (self._judged(rollout)[taken] >= DISAPPROVED).mean()
        return {name: float(value) for name, value in metrics.items()}

    def start_from(self, base: Learner) -> None:
        """Take the networks as `PPO.start_from` does, and the classifiers if both have some."""
        super().start_from(base)
        if self.norms and isinstance(base, Normative) and base.norms:
            own, other = self.norms, base.norms
            copy_parameters(own.network, other.network, own.agent_axis, other.agent_axis)

    def state_dict(self) -> dict[str, Any]:
        return super().state_dict() | ({"norms": self.norms.state_dict()} if self.norms else {})

    def load_state_dict(self, state: dict[str, Any]) -> None:
        super().load_state_dict(state)
        if self.norms:
            self.norms.load_state_dict(state["norms"])


@dataclass(frozen=True)
class CNMConfig(IPPOConfig, WithNorms):
    """Options of the classifier norm model on IPPO."""


class CNM(Normative, IPPO):
    """Classifier norm model on IPPO, with own experience and public sanctions as the only data."""

    Config = CNMConfig
    name = "cnm"
    information = Information.PUBLIC


@dataclass(frozen=True)
class CNMDPOConfig(DPOConfig, WithNorms):
    """Options of the classifier norm model on DPO."""


class CNMDPO(Normative, DPO):
    """Classifier norm model on DPO."""

    Config = CNMDPOConfig
    name = "cnm_dpo"
    information = Information.PUBLIC


@dataclass(frozen=True)
class CNMMAPPOConfig(MAPPOConfig, WithNorms):
    """Options of the classifier norm model on MAPPO."""


class CNMMAPPO(Normative, MAPPO):
    """Classifier norm model on MAPPO, with critics of the global state.

    Policies and classifiers have the same inputs as those of CNM.
    """

    Config = CNMMAPPOConfig
    name = "cnm_mappo"
    information = Information.JOINT
