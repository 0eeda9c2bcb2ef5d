"""mpe2 beside our environments: the same states, the same actions, and what differs."""

from typing import Any

import numpy as np

from stigmergy.envs.core.env import BatchEnv

TOLERANCE = 1e-5


def entities(world: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions and velocities of the agents, positions of the landmarks."""
    return (
        np.array([agent.state.p_pos for agent in world.agents]),
        np.array([agent.state.p_vel for agent in world.agents]),
        np.array([landmark.state.p_pos for landmark in world.landmarks]).reshape(-1, 2),
    )


def place(env: BatchEnv, position: Any, velocity: Any, landmark: Any, elapsed: int = 0) -> Any:
    """Begin an episode in our one env with these bodies, as if after `elapsed` steps."""
    env.reset(seed=0)
    state = env.snapshot()
    for field, value in (("position", position), ("velocity", velocity), ("landmark", landmark), ("elapsed", elapsed)):
        getattr(state, field)[0] = value
    return env.restore(state)


def differences(
    env: BatchEnv, oracle: Any, names: dict[str, list[str]], episodes: int, seed: int = 0
) -> tuple[int, int, dict[str, float]]:
    """Play random episodes in both from mpe2's own starts.

    Every other one is crowded into a third of the square.

    Args:
        names: our group to mpe2's names of its agents.

    Returns:
        Steps played, steps in which bodies overlapped, and the largest difference of each quantity.
    """
    generator = np.random.default_rng(seed)
    worst = dict.fromkeys(("position", "velocity", "observation", "reward", "terminated"), 0.0)
    steps = crowded = 0
    for episode in range(episodes):
        oracle.reset(seed=seed + episode)
        world = oracle.unwrapped.world
        for entity in world.entities:
            entity.state.p_pos = entity.state.p_pos * (1.0 if episode % 2 else 0.3)
        step = place(env, *entities(world))
        while oracle.agents:
            actions = {spec.name: _random(spec, generator) for spec in env.spec.groups}
            given = {name: actions[group][0, i] for group, members in names.items() for i, name in enumerate(members)}
            if step.last[0]:
                raise AssertionError("our episode ended before mpe2's")
            seen, reward, terminated, truncated, _ = oracle.step(given)
            step = env.step(actions)
            ours, theirs = env.state, entities(world)
            for group, members in names.items():
                rows = step.groups[group]
                for i, name in enumerate(members):
                    _note(worst, "observation", rows.observation[0, i], seen[name])
                    _note(worst, "reward", rows.reward[0, i], reward[name])
                    if not truncated[name]:  # in the very last step mpe2 does not look for success
                        _note(worst, "terminated", float(rows.terminated[0, i]), float(terminated[name]))
            _note(worst, "position", ours.position[0], theirs[0])
            _note(worst, "velocity", ours.velocity[0], theirs[1])
            steps += 1
            crowded += _overlap(world)
        assert step.last[0]
    return steps, crowded, worst


def _random(spec: Any, generator: np.random.Generator) -> np.ndarray:
    if spec.action_dtype.kind == "i":
        return generator.integers(0, 5, (1, spec.size))
    return generator.random((1, spec.size, 5), np.float32)


def _note(worst: dict[str, float], what: str, ours: Any, theirs: Any) -> None:
    assert np.shape(ours) == np.shape(theirs), what
    worst[what] = max(worst[what], float(np.abs(np.asarray(ours, float) - theirs).max()))


def _overlap(world: Any) -> bool:
    bodies = [entity for entity in world.entities if entity.collide]
    return any(
        np.linalg.norm(a.state.p_pos - b.state.p_pos) < a.size + b.size
        for k, a in enumerate(bodies)
        for b in bodies[:k]
        if a.movable or b.movable
    )
