"""Scenes of Kuramoto's and Vicsek's tasks; their rules again over all pairs, without kernels."""

import numpy as np

from stigmergy.envs.registration.make import make

KURAMOTO, VICSEK = "swarm/kuramoto-v0", "swarm/vicsek-v0"


def quiet(id, num_envs, **options):
    """An environment without chance in its steps."""
    return make(id, num_envs, noise=0.0, observation_noise=0.0, **options)


def put(env, angle, position=None, frequency=0.0):
    """The time step in which agents have `angle` (num_envs, n), seen as it is."""
    env.reset(seed=0)
    state = env.snapshot()
    state.angle[:] = angle
    state.error[:] = 0
    state.frequency[:] = frequency
    if position is not None:
        state.position[:] = position
    return env.restore(state)


def turn(env, by):
    """The time step after every agent took the action `by` (num_envs, n), or one number for all."""
    return env.step(np.broadcast_to(np.float32(by), env.state.angle.shape)[..., None].copy())


def play(env, policy, steps, seed=3):
    """Play under a scripted rule. Returns the last time step, and rewards `(steps, num_envs)`."""
    rule, rewards, step = policy.build(env.spec, env.spec.groups[0], env.config), [], None
    env.reset(seed)
    for _ in range(steps):
        step = env.step(rule.act(env.state))
        rewards.append(step.groups["agents"].reward[:, 0].copy())
    return step, np.array(rewards)


def order(angle):
    """The length of the mean unit vector over the last axis."""
    return np.abs(np.exp(1j * angle).mean(axis=-1))


def seen_by_pairs(angle, position, side, radius, others, n):
    """Sine and cosine of the relative mean direction, and its length, `(num_envs, n, 3 or 4)`.

    With `others` the share of others in sight follows.
    """
    offset = position[:, :, None] - position[:, None]
    offset -= side * np.round(offset / side)
    near = np.hypot(offset[..., 0], offset[..., 1]) <= radius
    mean = (near * np.exp(1j * angle)[:, None]).sum(axis=2) / near.sum(axis=2)
    relative = mean * np.exp(-1j * angle)
    direction = relative / np.abs(relative)
    seen = [direction.imag, direction.real, np.abs(mean)]
    if others:
        seen.append((near.sum(axis=2) - 1) / max(n - 1, 1))
    return np.stack(seen, axis=2)
