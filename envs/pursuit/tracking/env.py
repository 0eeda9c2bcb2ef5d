"""Target tracking as a batched environment."""

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.spec import EnvSpec, GroupSpec
from ...kernels.arrays import allocate
from ...registration.entry_points import entry_points
from . import draw, observation, reset, rules
from .config import TrackingConfig
from .rules import SPEEDS, TURN_RATES, build_constants
from .state import Scratch, State

GROUP = "pursuers"


class Tracking(BatchEnv[State]):
    """Pursuers keep many moving targets in view; certainty about where each is pays.

    Rules:
        A pursuer is a unicycle with a sensor of range 10 m and 90 degrees, that measures range
        (sd 0.2 m) and bearing (sd 0.01). A target moves by its velocity and is pushed by noise.
        For each target all pursuers share one belief, a Kalman filter over position and velocity
        that every measurement corrects. In a step the targets move, then the pursuers one after
        the other (a move that would come within 0.5 m of a wall or 1 m of another body only turns
        the heading), then they measure. A step is half a second.

    Observation:
        float32 `(rows, 6)`, rows = min(nearest, num_targets), for the targets believed nearest,
        nearest first. Velocities are as they are now, of the belief in the turning frame of the
        pursuer. Rows of absent targets are 0.

        | index | value | range |
        | --- | --- | --- |
        | 0-5 | features of the target believed nearest | see below |
        | 6-11 | features of the second | see below |
        | 12-17 | features of the third | see below |
        | 18-23 | features of the fourth | see below |

        | feature | value | range |
        | --- | --- | --- |
        | 0 | range / 10 m | 0 to the diagonal of the area / 10 m |
        | 1 | bearing / pi | -1 to 1 |
        | 2 | radial velocity / 2 m/s | by `observation.bounds` |
        | 3 | angular velocity / pi | by `observation.bounds` |
        | 4 | log det of the belief's covariance / 10 | by `observation.bounds` |
        | 5 | 1 if this pursuer saw it in the last step, else 0 | 0 or 1 |

        Global state: time, then pursuers, then targets and beliefs; see
        `observation.observe`.

    Actions:
        Action 3 i + j has speed (2, 1.33, 0.67, 0)[i] m/s and turn rate (pi/2, 0, -pi/2)[j] a
        second.

        | index | action |
        | --- | --- |
        | 0-2 | 2 m/s; left, straight on, right |
        | 3-5 | 1.33 m/s; left, straight on, right |
        | 6-8 | 0.67 m/s; left, straight on, right |
        | 9-11 | turn left, stay, turn right on the spot |

    Reward:
        To all -0.1 times the mean over targets of log det. It begins at -0.1 * 4 ln 30 = -1.36.

    End:
        An episode is truncated after `max_cycles` steps. Nothing terminates.

    Metrics:
        | name | value |
        | --- | --- |
        | information | sum over steps of the mean of -log det (the source's measure) |
        | observed | share of targets that any pursuer saw, over steps |
        | error | mean distance in metres of believed and true positions |

    Differences from the source:
        Each where the code has errors or needs more than a state holds:

        - Velocities of a row are the derivatives of its range and bearing at this moment. The code
          takes right turns for straight lines (`w < .001` without the absolute value), leaves the
          time step out, and counts the speed of a barred move.
        - All pursuers see the belief after all measurements; in the code one sees the measurements
          of those before it alone.
        - Rows come nearest first; the code shuffles them, so that networks do not count on an
          order. Ours are indifferent to it.
        - The covariance is corrected in Joseph's form and its log det is Cholesky's; the code lets
          it drift from symmetry and takes the logarithm of the determinant. A range below 0.1 m
          counts as 0.1 m where bearings are differentiated; there the code divides by 0.
        - Features are divided by fixed units, for networks; the code shows them as they are.
        - The first pursuer begins anywhere, as the others do; in the code's empty maps it begins in
          the middle.
        - The numbers of pursuers and targets are fixed (the code draws both below the given ones,
          and never those); `fewest_targets` draws that of the targets, the given one included.

    Source:
        Hsu, Jeong, Pappas and Chaudhari, "Scalable reinforcement learning policies for multi-agent
        control" (IROS 2021), with the constants of its code, scalableMARL.
    """

    Config = TrackingConfig
    config: TrackingConfig

    def __init__(self, id: str, num_envs: int, config: TrackingConfig):
        self.constants = build_constants(config)
        low, high = observation.bounds(config, self.constants)
        shape = (self.constants.rows, observation.FEATURES)
        group = GroupSpec(
            name=GROUP,
            size=config.num_pursuers,
            observation_space=spaces.Box(np.broadcast_to(low, shape), np.broadcast_to(high, shape), shape, np.float32),
            action_space=spaces.Discrete(len(SPEEDS) * len(TURN_RATES)),
            shared_reward=True,
        )
        spec = EnvSpec(
            id,
            (group,),
            config.max_cycles,
            metrics=("information", "observed", "error"),
            state_shape=(observation.state_size(config.num_pursuers, config.num_targets),),
        )
        super().__init__(spec, num_envs, config)
        self._scratch = allocate(
            Scratch,
            envs=num_envs,
            pursuers=config.num_pursuers,
            targets=config.num_targets,
            bounds=self.constants.per_side**2 + 1,
            rows=self.constants.rows,
        )

    def _allocate(self) -> State:
        config = self.config
        return allocate(State, envs=self.num_envs, pursuers=config.num_pursuers, targets=config.num_targets)

    def _begin(self, where: NDArray[np.bool_]) -> None:
        reset.begin(self.state, self.constants, where=where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        reward = self.groups[GROUP].reward
        rules.advance(self.state, self.constants, self._scratch, actions[GROUP], reward, where=where)

    def _observe(self) -> None:
        observation.observe(
            self.state,
            self.constants,
            self._scratch,
            float(self.config.max_cycles),
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
        """All positions in numbers; see `draw.text`."""
        return draw.text(self.state, copy)


parallel_env, env, raw_env = entry_points("pursuit/tracking-v0")
