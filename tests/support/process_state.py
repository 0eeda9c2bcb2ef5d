"""State that tests share in one process; each test leaves it as it was, so that their order does
not matter.
"""

import contextlib
import os
import random
import signal
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pettingzoo

from stigmergy.envs.plugins.loading import loaded
from stigmergy.envs.registration.registry import algorithms, environments
from stigmergy.envs.registration.scenario import Scenario
from stigmergy.training.trackers.registry import trackers

ROOT = Path(__file__).parents[2]
PETTINGZOO = [getattr(pettingzoo, name) for name in ("aec_registry", "parallel_registry") if hasattr(pettingzoo, name)]
SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGPIPE") if hasattr(signal, name)
]
OF_PYTEST = "PYTEST_"  # variables that pytest itself changes from phase to phase
OURS = [ROOT / name for name in ("envs", "algorithms", "training", "stigmergy", "benchmarks", "tests")]

SHIPPED = [
    registration.name
    for registration in environments
    if isinstance(registration.target, Scenario) or str(registration.target).startswith("stigmergy.")
]
"""The ids that come along: read before any test file is, which may register more."""
TASKS = [id for id in SHIPPED if not isinstance(environments.find(id).target, Scenario)]


def further_scenarios() -> set[str]:
    """The scenarios but the first of each task, whose kernels and rules they share."""
    first: dict[str, str] = {}
    for id in set(SHIPPED) - set(TASKS):
        task = max((task for task in TASKS if id.startswith(task.removesuffix("-v0"))), key=len)
        first[task] = min(id, first.get(task, id))
    return set(SHIPPED) - set(TASKS) - set(first.values())


def in_random_order(items: Iterable[Any], seed: str) -> list[Any]:
    """Tests in an order that depends on the seed alone; those of one file stay together, for they
    share what is costly.
    """
    generator = random.Random(seed)
    items = sorted(items, key=lambda item: item.nodeid)
    files = {path: generator.random() for path in sorted({item.path for item in items})}
    order = {item.nodeid: (files[item.path], generator.random()) for item in items}
    return sorted(items, key=lambda item: order[item.nodeid])


@contextlib.contextmanager
def left_as_it_was() -> Iterator[None]:
    """Put back what happens inside to registries, plugins, environment variables, folder, threads,
    generators, signals.
    """
    back = [keep() for keep in (_names, _modules, _process, _generators, _torch, _numba)]
    try:
        yield
    finally:
        for put_back in back:
            put_back()


def _names() -> Callable[[], None]:
    """Registered names: ours and PettingZoo's."""
    ours = [(registry, registry._entries, dict(registry._entries)) for registry in (environments, algorithms, trackers)]
    theirs = [(registry, dict(registry)) for registry in PETTINGZOO]

    def put_back() -> None:
        for registry, entries, _ in ours:
            registry._entries = entries
        for entries, before in [(entries, before) for _, entries, before in ours] + theirs:
            entries.clear()
            entries.update(before)

    return put_back


def _modules() -> Callable[[], None]:
    """Users' files that were loaded as plugins; installed packages and our own modules may stay
    loaded.
    """
    before, path = set(sys.modules), list(sys.path)
    known = {name: dict(value) for name, value in vars(loaded).items()}

    def put_back() -> None:
        sys.path[:] = path
        vars(loaded).update(known)
        for name in set(sys.modules) - before:
            if _is_plugin(sys.modules[name]):
                del sys.modules[name]

    return put_back


def _is_plugin(module: Any) -> bool:
    file = getattr(module, "__file__", None) or next(
        iter(getattr(module, "__path__", ())), None
    )  # a file, or a bare folder
    if not file:
        return False
    path = Path(file).resolve()
    installed = {"site-packages", "dist-packages"} & set(path.parts) or path.is_relative_to(
        sysconfig.get_path("stdlib")
    )
    return not installed and not any(path.is_relative_to(folder) for folder in OURS)


def _process() -> Callable[[], None]:
    """Environment variables, the current folder, signal handlers."""
    variables, folder = dict(os.environ), os.getcwd()
    handlers = {number: signal.getsignal(number) for number in SIGNALS}

    def put_back() -> None:
        for name in set(os.environ) - set(variables):
            if not name.startswith(OF_PYTEST):
                del os.environ[name]
        for name, value in variables.items():
            if not name.startswith(OF_PYTEST) and os.environ.get(name) != value:
                os.environ[name] = value
        os.chdir(folder)
        for number, handler in handlers.items():
            if handler is not None and signal.getsignal(number) is not handler:
                signal.signal(number, handler)

    return put_back


def _generators() -> Callable[[], None]:
    """The global generators of Python and NumPy."""
    states: tuple[Any, Any] = random.getstate(), np.random.get_state()  # noqa: NPY002 (the global one is meant)

    def put_back() -> None:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002

    return put_back


def _torch() -> Callable[[], None]:
    """Torch's threads, precision and generator. A test that loads torch finds it new."""
    torch = sys.modules.get("torch")
    if torch is None:
        return lambda: None
    threads, precision, state = torch.get_num_threads(), torch.get_default_dtype(), torch.get_rng_state()

    def put_back() -> None:
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        torch.set_default_dtype(precision)
        torch.set_rng_state(state)

    return put_back


def _numba() -> Callable[[], None]:
    """Numba's threads."""
    numba = sys.modules.get("numba")
    if numba is None:
        return lambda: None
    threads = numba.get_num_threads()
    return lambda: numba.set_num_threads(threads)
