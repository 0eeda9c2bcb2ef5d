"""Observations of predators and prey, and the global state."""

from ...kernels import each_env, kernel
from ...plane.particles import FULL, next_nearest, see, see_nearest
from .state import Constants


def width(k: Constants, agents: int, landmarks: int, velocities: int) -> int:
    """Length of an observation.

    Args:
        agents: number of all agents.
        landmarks: number of all landmarks.
        velocities: number of prey whose velocities are seen, where all agents are.
    """
    seen = landmarks if k.landmarks_seen == FULL else k.landmarks_seen
    return 4 + 2 * seen + (2 * (agents - 1 + velocities) if k.agents_seen == FULL else 4 * k.agents_seen)


@each_env
@kernel
def observe(state, k, predator_observation, prey_observation, global_state, env):
    """Write observations (num_envs, predators or prey, width), and the global state.

    The latter, (num_envs, 4 agents + 2 landmarks + 1), is positions, velocities, landmarks, and the
    share of the episode that is over.
    """
    position, velocity, landmark, row = state.position[env], state.velocity[env], state.landmark[env], global_state[env]
    slots = (k.landmarks_seen, k.agents_seen)
    _observe_group(position, velocity, landmark, k.predators, slots, predator_observation[env], 0)
    _observe_group(position, velocity, landmark, k.predators, slots, prey_observation[env], k.predators)
    at = see(position, -1, 0.0, 0.0, row, 0)
    at = see(velocity, -1, 0.0, 0.0, row, at)
    at = see(landmark, -1, 0.0, 0.0, row, at)
    row[at] = state.elapsed[env] / k.horizon


@kernel
def _observe_group(position, velocity, landmark, predators, slots, observation, first):
    """Write `observation` (predators or prey, width) of the agents from index `first` on."""
    landmarks_seen, agents_seen = slots
    for number in range(observation.shape[0]):
        i, row = first + number, observation[number]
        x, y = position[i, 0], position[i, 1]
        row[0], row[1], row[2], row[3] = velocity[i, 0], velocity[i, 1], x, y
        if landmarks_seen == FULL:
            at = see(landmark, -1, x, y, row, 4)
        else:
            at = see_nearest(landmark, -1, landmarks_seen, x, y, row, 4)
        if agents_seen == FULL:
            at = see(position, i, x, y, row, at)
            see(velocity[predators:], i - predators, 0.0, 0.0, row, at)
        else:
            at = see_nearest(position, i, agents_seen, x, y, row, at)
            _see_velocities(position, velocity, predators, i, agents_seen, row, at)


@kernel
def _see_velocities(position, velocity, predators, i, slots, row, at):
    """Write the velocities of the agents nearest to agent i, nearest first.

    They are zeros for predators, and where there are fewer.
    """
    squared, j = -1.0, -1
    for _ in range(slots):
        squared, j = next_nearest(position, i, position[i, 0], position[i, 1], squared, j)
        row[at] = velocity[j, 0] if j >= predators else 0.0
        row[at + 1] = velocity[j, 1] if j >= predators else 0.0
        at += 2
