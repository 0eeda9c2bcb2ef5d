"""Scripted baselines of tracking: a pursuer goes to the target it chose and keeps it in view."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.scripted_policy import ScriptedPolicy
from ...kernels import each_env, njit
from ...plane.geometry import wrap_angle
from .belief import TIME_STEP
from .rules import SPEEDS, TURN_RATES
from .state import State

STAND_OFF = 4.0
"""Metres from which a target is watched: near enough for a good bearing, beyond the margin."""
_FACING = 2.0  # metres of approach that a radian of bearing is worth
_LOOK_AROUND = 3 * (len(SPEEDS) - 1)  # turn left on the spot


class NearestTarget(ScriptedPolicy):
    """Each pursuer goes to the target it believes nearest, and looks around where it sees none."""

    plays = ("pursuit/tracking",)
    spreads = False

    def act(self, world: State, generator: Any = None) -> NDArray[np.int64]:
        """The actions of all pursuers, `(num_envs, pursuers)`."""
        action = np.zeros(world.pursuer.shape[:2], np.int64)
        taken = np.zeros(world.log_det.shape, np.int32)
        _plan(world, self.spreads, taken, action)
        return action


class OwnTarget(NearestTarget):
    """Pursuers take the nearest of the targets that fewest others took, in the order of indices."""

    spreads = True


@each_env
def _plan(state, spreads, taken, action, env):
    least = 0  # every target was taken so often; only those taken no oftener may be
    left = state.present[env]
    for i in range(state.pursuer.shape[1]):
        pursuer = state.pursuer[env, i]
        chosen, nearest = 0, np.inf
        for j in range(state.present[env]):
            dx, dy = state.mean[env, j, 0] - pursuer[0], state.mean[env, j, 1] - pursuer[1]
            if taken[env, j] == least and dx * dx + dy * dy < nearest:
                chosen, nearest = j, dx * dx + dy * dy
        if spreads:
            taken[env, chosen] += 1
            left -= 1
            if left == 0:
                least += 1
                left = state.present[env]
        near = nearest < (STAND_OFF + 1) ** 2
        if near and state.observers[env, chosen] == 0:  # it is not where it is believed to be
            action[env, i] = _LOOK_AROUND
        else:
            action[env, i] = _approach(pursuer, state.mean[env, chosen])


@njit(cache=True)
def _approach(pursuer, place):
    """Choose the action after which the pursuer is near a place and faces it."""
    best, least = 0, np.inf
    for action in range(len(SPEEDS) * len(TURN_RATES)):
        way, turn = TIME_STEP * SPEEDS[action // 3], TIME_STEP * TURN_RATES[action % 3]
        dx = place[0] - pursuer[0] - way * np.cos(pursuer[2] + turn / 2)
        dy = place[1] - pursuer[1] - way * np.sin(pursuer[2] + turn / 2)
        bearing = wrap_angle(np.arctan2(dy, dx) - pursuer[2] - turn)
        cost = abs(np.hypot(dx, dy) - STAND_OFF) + _FACING * abs(bearing)
        if cost < least:
            best, least = action, cost
    return best
