"""Scripted players of the dilemmas in which cooperation is an action: one name plays them all, each in its own way."""

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

Play = Callable[[Any, Any], NDArray[Any]]  # from an environment's state and parameters to everyone's actions


class DilemmaPolicy(ScriptedPolicy):
    """Plays for all agents by a function of the state alone, which the class names for each task."""

    ways: ClassVar[dict[str, Play]] = {}
    """What the task's id begins with, up to its version, and how it is played."""

    def __init__(self, play: Play, parameters: Any):
        self._play, self._parameters = play, parameters

    def __init_subclass__(cls) -> None:
        cls.plays = tuple(cls.ways)

    @classmethod
    def build(cls, spec: EnvSpec, group: GroupSpec, parameters: Any) -> "DilemmaPolicy":
        """The policy in the way of the task."""
        return cls(cls.ways[spec.id.partition("-v")[0]], parameters)

    def act(self, world: Any, generator: np.random.Generator | None = None) -> NDArray[Any]:
        """The actions of all agents, `(num_envs, n, *action_shape)`."""
        return self._play(world, self._parameters)


class Cooperate(DilemmaPolicy):
    """Does what is best for all, whatever others do."""

    ways: ClassVar[dict[str, Play]] = {
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
    """Does what is best for itself, whatever others do."""

    ways: ClassVar[dict[str, Play]] = {
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
    """Begins by cooperating, and then cooperates as much as the others did last, in the mean."""

    ways: ClassVar[dict[str, Play]] = {
        "dilemmas/coin_game": coin_game.tit_for_tat,
        "dilemmas/coins": coins.tit_for_tat,
        "dilemmas/common_pool": common_pool.tit_for_tat,
        "dilemmas/in_the_matrix": in_the_matrix.tit_for_tat,
        "dilemmas/iterated": iterated.tit_for_tat,
        "dilemmas/partner_selection": partner_selection.tit_for_tat,
        "dilemmas/public_goods": public_goods.tit_for_tat,
    }


class Grim(DilemmaPolicy):
    """Cooperates until another has defected, and then never again in the episode."""

    ways: ClassVar[dict[str, Play]] = {
        "dilemmas/coins": coins.grim,
        "dilemmas/common_pool": common_pool.grim,
        "dilemmas/in_the_matrix": in_the_matrix.grim,
        "dilemmas/iterated": iterated.grim,
        "dilemmas/public_goods": public_goods.grim,
    }


class WinStayLoseShift(DilemmaPolicy):
    """Repeats its action where the other cooperated, and else changes it; also called Pavlov."""

    ways: ClassVar[dict[str, Play]] = {"dilemmas/iterated": iterated.win_stay_lose_shift}


class Punish(DilemmaPolicy):
    """Cooperates, and pays to punish those who do not."""

    ways: ClassVar[dict[str, Play]] = {
        "dilemmas/allelopathic_harvest": allelopathic_harvest.punish_green,
        "dilemmas/cleanup": cleanup.patrol,
        "dilemmas/common_pool": common_pool.punish,
        "dilemmas/harvest": harvest.patrol,
        "dilemmas/partner_selection": partner_selection.punish,
        "dilemmas/public_goods": public_goods.punish,
    }


class Steward(DilemmaPolicy):
    """Keeps the resource where it grows fastest, for all together: a planner that sees everything."""

    ways: ClassVar[dict[str, Play]] = {"dilemmas/common_pool": common_pool.steward}


class SustainableHarvester(DilemmaPolicy):
    """Eats only apples that leave enough others around them."""

    ways: ClassVar[dict[str, Play]] = {"dilemmas/harvest": harvest.cooperate}


class GreedyHarvester(DilemmaPolicy):
    """Eats the nearest apple, also the last one of a patch."""

    ways: ClassVar[dict[str, Play]] = {"dilemmas/harvest": harvest.greedy}


class Cleaner(DilemmaPolicy):
    """Cleans the river in turns with the others, and eats when it is clean enough."""

    ways: ClassVar[dict[str, Play]] = {"dilemmas/cleanup": cleanup.cooperate}


class PlanterRed(DilemmaPolicy):
    """Plants red wherever it finds another colour, and eats ripe berries near it."""

    ways: ClassVar[dict[str, Play]] = {"dilemmas/allelopathic_harvest": allelopathic_harvest.cooperate}


class PlanterGreen(DilemmaPolicy):
    """Plants green wherever it finds another colour, and eats ripe berries near it."""

    ways: ClassVar[dict[str, Play]] = {"dilemmas/allelopathic_harvest": allelopathic_harvest.plant_green}


class PlanterBlue(DilemmaPolicy):
    """Plants blue wherever it finds another colour, and eats ripe berries near it."""

    ways: ClassVar[dict[str, Play]] = {"dilemmas/allelopathic_harvest": allelopathic_harvest.plant_blue}


class Eater(DilemmaPolicy):
    """Goes to the nearest ripe berry and never plants."""

    ways: ClassVar[dict[str, Play]] = {"dilemmas/allelopathic_harvest": allelopathic_harvest.defect}


class PunishGreen(DilemmaPolicy):
    """Plants red, and sanctions those who planted green last."""

    ways: ClassVar[dict[str, Play]] = {"dilemmas/allelopathic_harvest": allelopathic_harvest.punish_green}


class PunishRed(DilemmaPolicy):
    """Plants green, and sanctions those who planted red last."""

    ways: ClassVar[dict[str, Play]] = {"dilemmas/allelopathic_harvest": allelopathic_harvest.punish_red}
