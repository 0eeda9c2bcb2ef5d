"""The classifier norm model: agents that learn from public sanctions what their group disapproves of, and are drawn to enforce it.

Any member of the PPO family can be the base: `Normative` gives it a norm model, and changes nothing else. Source: see `norms`.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...envs.core.sanction_signals import OPPORTUNITY, SANCTION
from ...envs.errors import BadParameter
from ..core.learner import Information, Setup, summarize
from ..core.rollout import Rollout
from ..ppo.data import Inputs
from ..ppo.dpo import DPO, DPOSettings
from ..ppo.ippo import IPPO, IPPOSettings
from ..ppo.learner import PPO
from ..ppo.mappo import MAPPO, MAPPOSettings
from .classifier import DISAPPROVED, NormModel, NormSettings, pseudo_reward


@dataclass(frozen=True)
class WithNorms:
    """What the options of a base lack. It comes behind the base's, whose own defaults a common ancestor would override."""

    norms: NormSettings = field(default_factory=NormSettings)
    """How norms are learnt, and how they are followed."""


class Normative(PPO[Any]):
    """Beside a base of the PPO family: a classifier for each agent, private, of what the group disapproves of.

    The policy sees what its own classifier says of the frame, and learns from its reward and a pseudo-reward for its sanctions together. Both come
    from the classifier as it was when the agent decided; classifiers learn after policies have, from the rollout's public events, and no
    gradient passes between the two. Rewards that are reported are the environment's; `shaped_return`, in place of the base's `mean_return`, has the
    pseudo-reward in it, as has `estimate`.

    Metrics of a rollout: `disapprovals` and `approvals` (public events), `sanction_rate` (own opportunities taken), `pseudo_reward` (mean per decision),
    `pseudo_reward_per_sanction`, `disapproved_share` (of own sanctions at an opportunity, those that the own classifier disapproved of too), and of the
    classifiers, on events before they learn from them, `balanced_accuracy` (at 0.5), `classifier_loss`, `agreement` (share of pairs of agents whose classifiers say the
    same). What is not defined, such as an accuracy without disapprovals, is left out.

    Raises:
        BadParameter: nobody can sanction in public in the environment.
    """

    name: ClassVar[str] = "a norm learner"
    """As registered, for sentences."""

    def __init__(self, setup: Setup, settings: WithNorms):
        norms = self.norm_settings = settings.norms
        if self.information is Information.LOCAL:
            raise BadParameter(
                f"{self.name} declares LOCAL; what learns norms sees public sanctions and declares PUBLIC, or JOINT"
            )
        self.extra_inputs = int(norms.classifier and norms.policy_sees)
        self.norms: NormModel | None = None
        super().__init__(setup, settings)
        if norms.classifier:
            self.norms = NormModel(setup, norms, self.name, self.stream("classifier initialisation"))

    def _inputs(self, observation: Any, first: Any, active: Any) -> Inputs:
        inputs = super()._inputs(observation, first, active)
        if self.norms is None:
            return inputs
        return inputs._replace(extra_inputs=self.norms.judge(inputs.observation[0])[None, ..., None])

    def _rewards(self, rollout: Rollout) -> NDArray[np.float32]:
        return super()._rewards(rollout) + self._pseudo_reward(rollout) if self.norms else super()._rewards(rollout)

    def _pseudo_reward(self, rollout: Rollout) -> NDArray[np.float32]:
        """The pseudo-reward `(T, E, n)`."""
        if self.updates < self.norm_settings.warm_up:
            return np.zeros_like(rollout.reward)
        return pseudo_reward(self._own(rollout)[1], self._judged(rollout), self.norm_settings)

    def _judged(self, rollout: Rollout) -> NDArray[np.float32]:
        """What own classifiers said of the frames when their agents decided, `(T, E, n)`."""
        return rollout.record["extra_inputs"][..., 0]

    def _own(self, rollout: Rollout) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Where own agents had an opportunity, and where they took it, `(T, E, n)`; what signals tell at t + 1 followed decision t."""
        assert rollout.signals is not None
        places = list(self.group.places)
        chance, shot = (rollout.signals[name][1:, :, places] > 0 for name in (OPPORTUNITY, SANCTION))
        return chance, chance & shot

    def learn(self, rollout: Rollout) -> dict[str, float]:
        described = self._describe(rollout) if self.norms else {}  # before the update, which counts as one
        metrics = super().learn(rollout)
        if self.norms is None:
            return metrics
        assert rollout.events is not None
        metrics["shaped_return"] = metrics.pop("mean_return")
        learnt = self.norms.learn(rollout.events, self.stream("events"))
        return metrics | described | summarize(self.group, learnt)

    def _describe(self, rollout: Rollout) -> dict[str, float]:
        """What happened to norms in a rollout."""
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

    def state_dict(self) -> dict[str, Any]:
        return super().state_dict() | ({"norms": self.norms.state_dict()} if self.norms else {})

    def load_state_dict(self, state: dict[str, Any]) -> None:
        super().load_state_dict(state)
        if self.norms:
            self.norms.load_state_dict(state["norms"])


@dataclass(frozen=True)
class CNMSettings(IPPOSettings, WithNorms):
    """Options of the classifier norm model on IPPO."""


class CNM(Normative, IPPO):
    """The classifier norm model on IPPO: own experience and public sanctions, nothing else."""

    Settings = CNMSettings
    name = "cnm"
    information = Information.PUBLIC


@dataclass(frozen=True)
class CNMDPOSettings(DPOSettings, WithNorms):
    """Options of the classifier norm model on DPO."""


class CNMDPO(Normative, DPO):
    """The classifier norm model on DPO."""

    Settings = CNMDPOSettings
    name = "cnm_dpo"
    information = Information.PUBLIC


@dataclass(frozen=True)
class CNMMAPPOSettings(MAPPOSettings, WithNorms):
    """Options of the classifier norm model on MAPPO."""


class CNMMAPPO(Normative, MAPPO):
    """The classifier norm model on MAPPO, whose critics see everything; policies and classifiers see what those of CNM do."""

    Settings = CNMMAPPOSettings
    name = "cnm_mappo"
    information = Information.JOINT
