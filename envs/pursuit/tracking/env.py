"""Target tracking as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import EnvSpec, GroupSpec
from ...registration.entry_points import entry_points
from . import draw, observation, reset, rules
from .rules import SPEEDS, TURN_RATES, TrackingParameters, build_constants
from .state import State, allocate_scratch

GROUP = "pursuers"


class Tracking(BatchEnv[State]):
    """Pursuers keep many moving targets in view, to know where each is: what they are paid for is certainty.

    A pursuer is a unicycle with a sensor of range 10 m and 90 degrees, that measures range (sd 0.2 m) and bearing (sd 0.01). A target is
    carried on by its velocity and pushed by noise. For each target all pursuers share one belief, a Kalman filter over position and
    velocity that every measurement corrects. In a step the targets move, then the pursuers one after the other (a move that would come within
    0.5 m of a wall or 1 m of another body only turns the heading), then they measure. A step is half a second.

    Observation: float32 `(rows, 6)`, rows = min(nearest, num_targets): for each of the targets believed nearest, nearest first,
    range / 10 m, bearing / pi, radial velocity / 2 m/s, angular velocity / pi (both as they are now, of the belief in the turning frame of the
    pursuer), log det of the belief's covariance / 10, and whether this pursuer saw it in the last step. Rows of absent targets are 0.
    Actions: 12; action 3 i + j has speed (2, 1.33, 0.67, 0)[i] m/s and turn rate (pi/2, 0, -pi/2)[j] a second.
    Reward, to all: -0.1 times the mean over targets of log det. It begins at -0.1 * 4 ln 30 = -1.36. Nothing terminates.

    Episode metrics: `information`, the sum over steps of the mean of -log det (the source's measure); `observed`, the share of targets that
    someone saw, over steps; `error`, the mean distance in metres of believed and true positions.

    Source: Hsu, Jeong, Pappas and Chaudhari, "Scalable reinforcement learning policies for multi-agent control" (IROS 2021), with the
    constants of its code, scalableMARL. Deviations, each where the code slips or cannot be had from a state:

    - Velocities of a row are the derivatives of its range and bearing at this moment. The code takes right turns for straight lines (`w < .001`
      without the absolute value), leaves the time step out, and counts the speed of a barred move.
    - All pursuers see the belief after all measurements; in the code one sees the measurements of those before it alone.
    - Rows come nearest first; the code shuffles them, so that networks do not count on an order. Ours are indifferent to it.
    - The covariance is corrected in Joseph's form and its log det is Cholesky's; the code lets it drift from symmetry and takes the
      logarithm of the determinant. A range below 0.1 m counts as 0.1 m where bearings are differentiated; there the code divides by 0.
    - Features are divided by fixed units, for networks; the code shows them as they are.
    - The first pursuer begins anywhere, as the others do; in the code's empty maps it begins in the middle.
    - The numbers of pursuers and targets are fixed (the code draws both below the given ones, and never those); `fewest_targets` draws
      that of the targets, the given one included.

    Raises:
        BadParameter: the parameters are out of range or contradict each other.
    """

    Parameters = TrackingParameters
    parameters: TrackingParameters

    def __init__(self, id: str, num_envs: int, parameters: TrackingParameters):
        self.constants = build_constants(parameters)
        self._sizes = parameters.num_pursuers, parameters.num_targets
        low, high = observation.bounds(parameters, self.constants)
        shape = (self.constants.rows, observation.FEATURES)
        group = GroupSpec(
            name=GROUP,
            size=parameters.num_pursuers,
            observation_space=spaces.Box(np.broadcast_to(low, shape), np.broadcast_to(high, shape), shape, np.float32),
            action_space=spaces.Discrete(len(SPEEDS) * len(TURN_RATES)),
            shared_reward=True,
        )
        spec = EnvSpec(
            id,
            (group,),
            parameters.max_cycles,
            metrics=("information", "observed", "error"),
            state_shape=(observation.state_size(*self._sizes),),
        )
        super().__init__(spec, num_envs, parameters)
        self._scratch = allocate_scratch(num_envs, *self._sizes, self.constants)

    def _allocate(self) -> State:
        e, (n, m) = self.num_envs, self._sizes
        return State(
            *self.required_state(),
            present=np.zeros(e, np.int32),
            pursuer=np.zeros((e, n, 3)),
            motion=np.zeros((e, n, 2)),
            target=np.zeros((e, m, 4)),
            mean=np.zeros((e, m, 4)),
            covariance=np.zeros((e, m, 4, 4)),
            log_det=np.zeros((e, m)),
            observers=np.zeros((e, m), np.int32),
            information=np.zeros(e),
            error=np.zeros(e),
            observed=np.zeros(e, np.int64),
        )

    def _begin(self, where: NDArray[np.bool_]) -> None:
        reset.begin_copies(self.state, self.constants, where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        rules.advance_copies(
            self.state, self.constants, self._scratch, where, actions[GROUP], self.groups[GROUP].reward
        )

    def _observe(self) -> None:
        observation.observe_copies(
            self.state,
            self.constants,
            self._scratch,
            float(self.parameters.max_cycles),
            self.groups[GROUP].observation,
            self.global_state,
        )

    def _measure(self) -> dict[str, NDArray[Any]]:
        state = self.state
        steps = np.maximum(state.elapsed, 1)
        return {
            "information": state.information.copy(),
            "observed": state.observed / (steps * state.present),
            "error": state.error / steps,
        }

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A picture; options as in `draw.draw`."""
        return draw.draw(self.state, self.constants, copy, **options)

    def text(self, copy: int = 0) -> str:
        """Everyone's place in numbers; see `draw.text`."""
        return draw.text(self.state, copy)


parallel_env, env, raw_env = entry_points("pursuit/tracking-v0")
