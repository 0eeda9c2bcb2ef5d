"""Scripted policies of the dilemmas: one name for all tasks, with a function for each."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..core.scripted_policy import ScriptedPolicy
from ..core.spec import EnvSpec, GroupSpec
from .allelopathic_harvest import policies as allelopathic_harvest
from .cleanup import policies as cleanup
from .coin_game import policies as coin_game
from .coins import policies as coins
from .common_pool import policies as common_pool
from .harvest import policies as harvest
from .in_the_matrix import policies as in_the_matrix
from .iterated import policies as iterated
from .partner_selection import policies as partner_selection
from .public_goods import policies as public_goods

Play = Callable[[Any, Any], NDArray[Any]]  # from state and config to the actions of all agents


class DilemmaPolicy(ScriptedPolicy):
    """Policy by a function of the state alone, which the class names for each task."""

    by_task: ClassVar[dict[str, Play]] = {}
    """Id of the task up to its version, to the function that plays it."""

    def __init__(self, play: Play, config: Any):
        self._play, self._config = play, config

    def __init_subclass__(cls) -> None:
        cls.plays = tuple(cls.by_task)

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, config: Any) -> "DilemmaPolicy":
        """The policy for the task."""
        return cls(cls.by_task[spec.id.partition("-v")[0]], config)

    def act(self, world: Any, generator: np.random.Generator | None = None) -> NDArray[Any]:
        """The actions of all agents, `(num_envs, n, *action_shape)`."""
        return self._play(world, self._config)


class Cooperate(DilemmaPolicy):
    """Do what is best for all, whatever others do."""

    by_task: ClassVar[dict[str, Play]] = {
        "dilemmas/allelopathic_harvest": allelopathic_harvest.cooperate,
        "dilemmas/cleanup": cleanup.cooperate,
        "dilemmas/coin_game": coin_game.cooperate,
        "dilemmas/coins": coins.cooperate,
        "dilemmas/common_pool": common_pool.cooperate,
        "dilemmas/harvest": harvest.cooperate,
        "dilemmas/in_the_matrix": in_the_matrix.cooperate,
        "dilemmas/iterated": iterated.cooperate,
        "dilemmas/partner_selection": partner_selection.cooperate,
        "dilemmas/public_goods": public_goods.cooperate,
    }


class Defect(DilemmaPolicy):
    """Do what is best for oneself, whatever others do."""

    by_task: ClassVar[dict[str, Play]] = {
        "dilemmas/allelopathic_harvest": allelopathic_harvest.defect,
        "dilemmas/cleanup": cleanup.defect,
        "dilemmas/coin_game": coin_game.defect,
        "dilemmas/coins": coins.defect,
        "dilemmas/common_pool": common_pool.defect,
        "dilemmas/harvest": harvest.defect,
        "dilemmas/in_the_matrix": in_the_matrix.defect,
        "dilemmas/iterated": iterated.defect,
        "dilemmas/partner_selection": partner_selection.defect,
        "dilemmas/public_goods": public_goods.defect,
    }


class TitForTat(DilemmaPolicy):
    """Cooperate first, then as much as the others did last, in the mean."""

    by_task: ClassVar[dict[str, Play]] = {
        "dilemmas/coin_game": coin_game.tit_for_tat,
        "dilemmas/coins": coins.tit_for_tat,
        "dilemmas/common_pool": common_pool.tit_for_tat,
        "dilemmas/in_the_matrix": in_the_matrix.tit_for_tat,
        "dilemmas/iterated": iterated.tit_for_tat,
        "dilemmas/partner_selection": partner_selection.tit_for_tat,
        "dilemmas/public_goods": public_goods.tit_for_tat,
    }


class Grim(DilemmaPolicy):
    """Cooperate until another has defected, then never again in the episode."""

    by_task: ClassVar[dict[str, Play]] = {
        "dilemmas/coins": coins.grim,
        "dilemmas/common_pool": common_pool.grim,
        "dilemmas/in_the_matrix": in_the_matrix.grim,
        "dilemmas/iterated": iterated.grim,
        "dilemmas/public_goods": public_goods.grim,
    }


class WinStayLoseShift(DilemmaPolicy):
    """Repeat the last action if the other cooperated, else change it; also called Pavlov."""

    by_task: ClassVar[dict[str, Play]] = {"dilemmas/iterated": iterated.win_stay_lose_shift}


class Punish(DilemmaPolicy):
    """Cooperate, and pay to punish agents that do not."""

    by_task: ClassVar[dict[str, Play]] = {
        "dilemmas/allelopathic_harvest": allelopathic_harvest.punish_green,
        "dilemmas/cleanup": cleanup.patrol,
        "dilemmas/common_pool": common_pool.punish,
        "dilemmas/harvest": harvest.patrol,
        "dilemmas/partner_selection": partner_selection.punish,
        "dilemmas/public_goods": public_goods.punish,
    }


class Steward(DilemmaPolicy):
    """Keep the resource where it grows fastest: a central planner with the whole state."""

    by_task: ClassVar[dict[str, Play]] = {"dilemmas/common_pool": common_pool.steward}


class SustainableHarvester(DilemmaPolicy):
    """Eat only apples that have enough others around them."""

    by_task: ClassVar[dict[str, Play]] = {"dilemmas/harvest": harvest.cooperate}


class GreedyHarvester(DilemmaPolicy):
    """Eat the nearest apple, also the last one of a patch."""

    by_task: ClassVar[dict[str, Play]] = {"dilemmas/harvest": harvest.greedy}


class Cleaner(DilemmaPolicy):
    """Clean the river in turns with the others, and eat when it is clean enough."""

    by_task: ClassVar[dict[str, Play]] = {"dilemmas/cleanup": cleanup.cooperate}


class PlanterRed(DilemmaPolicy):
    """Plant red over other colours, and eat ripe berries near by."""

    by_task: ClassVar[dict[str, Play]] = {"dilemmas/allelopathic_harvest": allelopathic_harvest.cooperate}


class PlanterGreen(DilemmaPolicy):
    """Plant green over other colours, and eat ripe berries near by."""

    by_task: ClassVar[dict[str, Play]] = {"dilemmas/allelopathic_harvest": allelopathic_harvest.plant_green}


class PlanterBlue(DilemmaPolicy):
    """Plant blue over other colours, and eat ripe berries near by."""

    by_task: ClassVar[dict[str, Play]] = {"dilemmas/allelopathic_harvest": allelopathic_harvest.plant_blue}


class Eater(DilemmaPolicy):
    """Go to the nearest ripe berry and never plant."""

    by_task: ClassVar[dict[str, Play]] = {"dilemmas/allelopathic_harvest": allelopathic_harvest.defect}


class PunishGreen(DilemmaPolicy):
    """Plant red, and sanction agents that planted green last."""

    by_task: ClassVar[dict[str, Play]] = {"dilemmas/allelopathic_harvest": allelopathic_harvest.punish_green}


class PunishRed(DilemmaPolicy):
    """Plant green, and sanction agents that planted red last."""

    by_task: ClassVar[dict[str, Play]] = {"dilemmas/allelopathic_harvest": allelopathic_harvest.punish_red}
