"""PettingZoo's own tests, on an environment as its author wrote it, without the bridge."""

import contextlib
import io
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pettingzoo.test
from gymnasium import spaces
from pettingzoo import AECEnv
from pettingzoo.test import api_test, parallel_api_test, parallel_seed_test, seed_test
from pettingzoo.utils.conversions import aec_to_parallel_wrapper

TESTS = Path(pettingzoo.test.__file__).parent
MOST_WARNINGS = 3
OBEYED = ("render()", "recommend", "probably", "all zeros", "single number", "different")
"""Words in the warnings of these tests that are advice on style."""


class Broken(Exception):
    """The contract is broken; the text says how."""


class Advice(UserWarning):
    """Advice: no violation, and better mended."""


class _Senseless(Exception):
    """A test that cannot tell anything of this environment."""


def examine(build: Callable[[], Any], steps: int, two_at_once: bool = True) -> str:
    """Run PettingZoo's tests, and compare observations with their spaces.

    Args:
        build: builds the environment, an AECEnv or a ParallelEnv; it is closed here.
        steps: for each test.
        two_at_once: run the tests of seeds, which compare two of them.

    Returns:
        A sentence on which tests pass, with what they warn of.

    Raises:
        Broken: one of them fails; the text says which, and what it found.
    """
    env = build()
    in_turns = isinstance(env, (AECEnv, aec_to_parallel_wrapper))
    env.close()
    tests: dict[str, Callable[[], Any]] = {}
    if in_turns:
        tests["api_test"] = lambda: _closed(_in_turns(build()), lambda own: api_test(own, num_cycles=steps))
        if two_at_once:
            tests["seed_test"] = lambda: seed_test(lambda: _in_turns(build()), num_cycles=steps)
    else:
        tests["parallel_api_test"] = lambda: _closed(build(), lambda own: parallel_api_test(own, num_cycles=steps))
        tests["test of spaces"] = lambda: _closed(build(), lambda own: _compare_spaces(own, steps))
        if two_at_once:
            tests["parallel_seed_test"] = lambda: parallel_seed_test(build, num_cycles=steps)
    found: list[str] = []
    failures, passes = [], []
    for name, test in tests.items():
        try:
            found += [f"{name} warns: {text}" for text in _run(name, test)]
            passes.append(name)
        except _Senseless as reason:
            found.append(f"{name} says nothing: {reason}")
        except Broken as broken:
            failures.append(str(broken))
    if failures:
        raise Broken("; ".join(failures))
    passed = f"on the environment itself pass: {', '.join(passes)}"
    return "; ".join([passed, *dict.fromkeys(found)][: MOST_WARNINGS + 1])


def _in_turns(env: Any) -> AECEnv:
    return env.aec_env if isinstance(env, aec_to_parallel_wrapper) else env


def _closed(env: Any, test: Callable[[Any], Any]) -> None:
    try:
        test(env)
    finally:
        env.close()


def _run(name: str, test: Callable[[], Any]) -> list[str]:
    """Run a test; returns what it warned of. Raises Broken if it fails."""
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("always")
        try:
            test()
        except Broken:
            raise
        except Exception as error:
            if isinstance(error, AssertionError) and str(error).startswith("Incorrect action"):
                raise _Senseless("all instances share the spaces that it draws actions from") from error
            raise Broken(f"PettingZoo's {name} fails on the environment itself: {_reason(error)}") from error
    texts = [str(one.message) for one in caught if Path(one.filename).is_relative_to(TESTS) or one.category is Advice]
    return [" ".join(text.split()) for text in texts if not any(word in text for word in OBEYED)]


def _reason(error: Exception) -> str:
    """Text of the failure; for a bare assert, its code."""
    frames = traceback.extract_tb(error.__traceback__)
    text = " ".join(str(error).split())
    if isinstance(error, AssertionError) and frames and Path(frames[-1].filename).is_relative_to(TESTS):
        return text or f"`{frames[-1].line}` does not hold"
    where = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {text or 'no reason given'}{where}"


def _compare_spaces(env: Any, steps: int) -> None:
    """Play at random, and raise Broken at the first observation outside of its declared space."""
    observations, infos = env.reset(seed=0)
    for t in range(steps):
        for agent, seen in observations.items():
            space = env.observation_space(agent) if agent in env.agents else None
            if space is None or space.contains(seen):
                continue
            if isinstance(space, spaces.Box) and space.dtype.kind == "f" and space.contains(_cast(seen, space)):
                warnings.warn(
                    f"observations are {getattr(seen, 'dtype', type(seen).__name__)}, and {space.dtype} is declared",
                    Advice,
                    stacklevel=2,
                )
                continue
            raise Broken(f"the observation of '{agent}' at step {t} is not in its space {space}: it is {_short(seen)}")
        if not env.agents:
            return
        actions = {agent: _draw(env, agent, observations.get(agent), infos.get(agent)) for agent in env.agents}
        observations, _, _, _, infos = env.step(actions)


def _cast(seen: Any, space: spaces.Box) -> Any:
    try:
        return np.asarray(seen, space.dtype)
    except (TypeError, ValueError):
        return seen


def _draw(env: Any, agent: Any, seen: Any, info: Any) -> Any:
    mask = next(
        (part["action_mask"] for part in (seen, info) if isinstance(part, dict) and "action_mask" in part), None
    )
    return env.action_space(agent).sample(mask)


def _short(value: Any) -> str:
    dtype, shape = getattr(value, "dtype", None), getattr(value, "shape", None)
    text = " ".join(str(value).split())
    text = text if len(text) <= 80 else f"{text[:80]}..."
    return (
        f"{text} of dtype {dtype} and shape {shape}" if dtype is not None else f"{text} of type {type(value).__name__}"
    )
