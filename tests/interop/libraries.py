"""Our environments in other people's libraries: one function for each, which raises where something
is amiss.

Every function plays random steps over the end of at least one episode, where that is short enough.
The libraries are no dependencies of ours; a function imports the one that it needs.
"""

import dataclasses
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

import stigmergy
from stigmergy.envs import config_class
from stigmergy.envs.interop.to_pettingzoo.parallel import ParallelView

STEPS = 12
LEARNS = ("games/matrix-v0", "pathfinding/lifelong-v0")
"""Ids on which PPO of Stable-Baselines3 is trained briefly."""


def view(id: str, **options: Any) -> ParallelView:
    """The environment with episodes of at most half of STEPS, where it has a parameter for that."""
    cls = config_class(id)
    names = {field.name for field in dataclasses.fields(cls)} if cls else set()
    short = {"max_cycles": STEPS // 2} if "max_cycles" in names else {}
    return stigmergy.parallel_env(id, **short, **options)


def supersuit_sb3(id: str) -> None:
    """SuperSuit's vector env of two of them, as Stable-Baselines3 takes it."""
    import supersuit
    from stable_baselines3 import PPO

    env = supersuit.black_death_v3(view(id, masks="infos"))
    if len(env.unwrapped.env.groups) > 1:
        env = supersuit.pad_action_space_v0(supersuit.pad_observations_v0(env))
    vector = supersuit.concat_vec_envs_v1(
        supersuit.pettingzoo_env_to_vec_env_v1(env), 2, num_cpus=0, base_class="stable_baselines3"
    )
    seen = [vector.reset()]
    vector.action_space.seed(1)
    ends = 0
    for _ in range(STEPS):
        actions = np.stack([vector.action_space.sample() for _ in range(vector.num_envs)])
        observation, reward, done, infos = vector.step(actions)
        assert observation.shape == seen[0].shape, f"observation {observation.shape} after {seen[0].shape}"
        assert len(reward) == len(done) == len(infos) == vector.num_envs
        seen.append(np.array(observation))
        ends += int(done.any())
    assert ends or view(id).max_cycles is None, "no episode ended"
    _assert_alive(id, seen)
    if id in LEARNS:
        PPO("MlpPolicy", vector, n_steps=8, batch_size=16, n_epochs=1).learn(4 * vector.num_envs)


def supersuit_frame_skip(id: str) -> None:
    """SuperSuit's frame skip, which draws from the view's generator, and its sticky actions."""
    import supersuit

    env = supersuit.frame_skip_v0(view(id), (1, 3), default_action=_first_action(id))
    _play_parallel(env)


def torchrl(id: str) -> None:
    """TorchRL's PettingZooWrapper, with the infos and the state."""
    from torchrl.envs.libs.pettingzoo import PettingZooWrapper

    env = PettingZooWrapper(view(id, masks="infos"), use_mask=True, return_state=True, done_on_any=False)
    env.set_seed(1)
    played = env.rollout(STEPS, break_when_any_done=False)
    group = next(iter(env.group_map))
    assert played[group, "observation"].shape[0] == STEPS
    _assert_alive(id, list(played[group, "observation"].numpy()))
    if id in ("dilemmas/cleanup-v0", "dilemmas/public_goods-v0"):
        assert ("next", group, "info", "signals/sanction") in played.keys(True, True)


def skrl(id: str) -> None:
    """skrl's wrapper, with the state."""
    from skrl.envs.wrappers.torch import wrap_env

    env = wrap_env(view(id), wrapper="pettingzoo", verbose=False)
    env.reset()
    import torch

    for _ in range(STEPS):
        actions = {
            agent: torch.as_tensor(np.atleast_1d(env.action_space(agent).sample())).reshape(1, -1)
            for agent in env.agents
        }
        observations, *_ = env.step(actions)
        assert all(torch.is_tensor(value) for value in observations.values())
        assert all(torch.isfinite(value).all() for value in env.state().values())
        if not env.agents:
            env.reset()


def rllib(id: str) -> None:
    """RLlib's wrapper."""
    from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv

    env = ParallelPettingZooEnv(view(id))
    observations, _ = env.reset(seed=1)
    for _ in range(STEPS):
        actions = {agent: env.action_space[agent].sample() for agent in env.par_env.agents}
        observations, _, terminated, truncated, _ = env.step(actions)
        for agent, observation in observations.items():
            assert env.observation_space[agent].contains(observation)
        if terminated["__all__"] or truncated["__all__"] or not env.par_env.agents:
            env.reset()
    env.close()


LIBRARIES: dict[str, tuple[Callable[[str], None], tuple[str, ...]]] = {
    "SuperSuit + SB3": (supersuit_sb3, ("supersuit", "stable_baselines3")),
    "SuperSuit frame skip": (supersuit_frame_skip, ("supersuit",)),
    "TorchRL": (torchrl, ("torchrl",)),
    "skrl": (skrl, ("skrl",)),
    "RLlib": (rllib, ("ray.rllib",)),
}
"""Name to what plays an id in it, and the modules that this needs."""


def installed(modules: tuple[str, ...]) -> bool:
    """Return True if all modules can be found."""
    try:
        return all(find_spec(module) is not None for module in modules)
    except ModuleNotFoundError:  # of the package around it
        return False


def outcome(play: Callable[[str], None], id: str) -> str:
    """`ok`, or the error in short."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            play(id)
        except Exception as error:  # whatever a library raises is what the table is about
            text = " ".join(str(error).split())
            return f"{type(error).__name__}: {text}"[:100]
    return "ok"


def _first_action(id: str) -> Any:
    space = view(id).action_space(view(id).possible_agents[0])
    return np.zeros(space.shape, space.dtype)[()]


def _play_parallel(env: Any) -> None:
    env.reset(seed=1)
    for _ in range(STEPS):
        env.step({agent: env.action_space(agent).sample() for agent in env.agents})
        if not env.agents:
            env.reset()


def _assert_alive(id: str, seen: list[Any]) -> None:
    """Assert that observations change, except in games with constant ones."""
    constant = all(np.array_equal(seen[0], later) for later in seen)
    assert not constant or id.startswith("games/"), "the observations never change"
