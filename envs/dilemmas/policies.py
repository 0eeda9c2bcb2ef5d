"""Scripted players of the dilemmas in which cooperation is an action: one name plays them all, each in its own way."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..policy import ScriptedPolicy
from ..spec import EnvSpec, GroupSpec
from .coin_game import policies as coin_game
from .iterated import policies as iterated
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
        "dilemmas/coin_game": coin_game.cooperate,
        "dilemmas/iterated": iterated.cooperate,
    }


class Defect(DilemmaPolicy):
    """Does what is best for itself, whatever others do."""

    ways: ClassVar[dict[str, Play]] = {"dilemmas/coin_game": coin_game.defect, "dilemmas/iterated": iterated.defect}


class TitForTat(DilemmaPolicy):
    """Begins by cooperating, and then cooperates as much as the others did last, in the mean."""

    ways: ClassVar[dict[str, Play]] = {
        "dilemmas/coin_game": coin_game.tit_for_tat,
        "dilemmas/iterated": iterated.tit_for_tat,
    }


class Grim(DilemmaPolicy):
    """Cooperates until another has defected, and then never again in the episode."""

    ways: ClassVar[dict[str, Play]] = {
        "dilemmas/iterated": iterated.grim,
        "dilemmas/public_goods": public_goods.grim,
    }


class WinStayLoseShift(DilemmaPolicy):
    """Repeats its action where the other cooperated, and else changes it; also called Pavlov."""

    ways: ClassVar[dict[str, Play]] = {"dilemmas/iterated": iterated.win_stay_lose_shift}


class Punish(DilemmaPolicy):
    """Cooperates, and pays to punish those who do not."""

    ways: ClassVar[dict[str, Play]] = {"dilemmas/public_goods": public_goods.punish}
