"""Free memory of the machine, and a check before more than that is allocated."""

import math
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None

from ..errors import BadParameter
from .spec import EnvSpec, GroupSpec

MEGABYTE = 2**20
SMALL = 16 * MEGABYTE
"""Bytes up to which nobody looks: reading what is free takes some 50 us."""
CGROUP = Path("/sys/fs/cgroup")


def check_memory(what: str, wanted: int, remedy: str) -> None:
    """Raise BadParameter if so many bytes are not there.

    The error says how many are needed and how many are free.

    Args:
        what: takes them, such as "the replay".
        remedy: half a sentence on what needs less, such as "a smaller buffer_size needs less".
    """
    free = free_memory() if wanted > SMALL else None
    if free is not None and wanted > free:
        raise BadParameter(
            f"{what} would need {_megabytes(wanted)}, and {_megabytes(free)} of memory are free; {remedy}"
        )


def free_memory() -> int | None:
    """Bytes that this process can still take, within its container's limit.

    The result is None where the system does not say.
    """
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return None
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):  # more than the free pages: caches give way
                free = int(line.split()[1]) * 1024
        limit = (CGROUP / "memory.max").read_text().strip()
        if limit != "max":
            free = min(free, int(limit) - int((CGROUP / "memory.current").read_text()))
    except OSError:
        pass  # no Linux, or no container
    return free if resource is None else min(free, _within_limits(resource))


def _within_limits(resource: Any) -> int:
    """Bytes that `ulimit -v` leaves to this process."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return sys.maxsize
    try:
        return max(0, limit - int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize())
    except OSError:
        return limit


def bytes_of_step(spec: EnvSpec) -> int:
    """Bytes of a step's arrays that are shared with learners, for one env."""
    total = 4 * math.prod(spec.state_shape) if spec.state_shape is not None else 0
    total += sum(4 * math.prod(shape) for shape in spec.signals.values())
    return total + sum(map(bytes_of_group, spec.groups))


def bytes_of_group(group: GroupSpec) -> int:
    """Bytes of a group's arrays of one step in one env, without its actions."""
    space = group.observation_space
    observation = math.prod(space.shape) * space.dtype.itemsize
    mask = group.num_choices if group.has_action_mask else 0
    flags_and_reward = 1 + 1 + 4  # active, terminated, reward
    return group.size * (observation + mask + flags_and_reward)


def bytes_of_arrays(thing: Any) -> int:
    """Bytes of the arrays that an object holds, in attributes, tuples, lists and dicts.

    Each buffer counts once.
    """
    buffers: dict[int, int] = {}
    _gather(vars(thing).values(), buffers)
    return sum(buffers.values())


def _gather(values: Iterable[Any], buffers: dict[int, int]) -> None:
    for value in values:
        if isinstance(value, np.ndarray):
            while isinstance(value.base, np.ndarray):
                value = value.base
            buffers[id(value)] = value.nbytes
        elif isinstance(value, Mapping):
            _gather(value.values(), buffers)
        elif isinstance(value, list | tuple):
            _gather(value, buffers)


def _megabytes(number: int) -> str:
    return f"{number / MEGABYTE:,.0f} MB" if number < 10**18 else f"{number:.3g} bytes"
