"""Settings of all tests."""

import collections
import os
import random
import tempfile

import pytest
from hypothesis import HealthCheck, settings

# Before numba and torch load: two kernel threads for the tests of threads, however many cores there
# are, and one for torch, since the workers of pytest-xdist share the cores.
os.environ.setdefault("NUMBA_NUM_THREADS", "2")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from stigmergy.envs.kernels import compilation
from tests.support.process_state import in_random_order, left_as_it_was

# A plain terminal of 80 columns, for the tests and for the programs that they start.
os.environ["COLUMNS"] = "80"
for name in ("LINES", "FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
    os.environ.pop(name, None)
os.environ["SDL_VIDEODRIVER"] = "dummy"  # windows that nobody sees, whether there is a display or not

# The same examples on every machine, and no clock. `--hypothesis-profile explore` tries new ones.
NO_CLOCK = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same", derandomize=True, **NO_CLOCK)
settings.register_profile("explore", **NO_CLOCK)
settings.load_profile("same")

# The agreements of the user of this machine stay untouched.
os.environ["STIGMERGY_HOME"] = tempfile.mkdtemp(prefix="stigmergy-tests-")

# The serial build of each kernel alone: compiling takes longer than all tests of a task. The marker
# `threads` brings the other.
choose_build = compilation.in_parallel
compilation.in_parallel = lambda num_envs: False

SHARED_KERNELS = {
    "grid dilemmas": (
        *(f"dilemmas/{name}" for name in ("allelopathic_harvest", "cleanup", "coins", "harvest", "in_the_matrix")),
        *(f"dilemmas/{name}" for name in ("engine", "melting_pot", "opportunity")),
        "norms/cnm",
    ),
    "pathfinding": ("pathfinding/",),
}
"""Ids and test files, by how they begin, whose tests compile the same large kernels."""


def pytest_addoption(parser):
    parser.addoption(
        "--shuffle", metavar="SEED", help="run files, and the tests of each, in a random order; 'new' draws a seed"
    )


def pytest_configure(config):
    if config.option.shuffle == "new":  # workers of xdist get the seed that was drawn
        config.option.shuffle = str(random.SystemRandom().randrange(10**6))


def pytest_report_header(config):
    return f"shuffled by --shuffle {config.option.shuffle}" if config.option.shuffle else None


@pytest.hookimpl(tryfirst=True)  # xdist, which was registered later, would read the groups before they are there
def pytest_collection_modifyitems(config, items):
    """Keep tests that compile the same kernels on one worker: those of a task, and of a file."""
    groups = [group_of(item) for item in items]
    for item, group in zip(items, groups):
        item.add_marker(pytest.mark.xdist_group(group))
    if config.option.shuffle:
        items[:] = in_random_order(items, config.option.shuffle)
    elif hasattr(
        config, "workerinput"
    ):  # workers of xdist take group after group, and those that compile most have to come first
        sizes, families = collections.Counter(groups), list(SHARED_KERNELS)
        rank = {group: families.index(group) if group in families else len(families) for group in sizes}
        order = sorted(range(len(items)), key=lambda i: (rank[groups[i]], -sizes[groups[i]], groups[i]))
        items[:] = [items[i] for i in order]


def group_of(item):
    """Group of tests for one worker: those of a family with common kernels, an id, or a file."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    folder, name = item.path.parent.name, item.path.stem.removeprefix("test_")
    name = str(parameters.get("id", f"{folder}/{name}")).removesuffix("-v0")
    return next((family for family, members in SHARED_KERNELS.items() if name.startswith(members)), name)


@pytest.fixture
def double():
    """Networks in double precision, for comparisons with another way of computing the same.

    What two orders of summation leave between them differs from one processor to the next. In
    single precision learning blows it up until it looks like a mistake; in double it stays ten
    digits below one.
    """
    import torch

    torch.set_default_dtype(torch.float64)  # `left_as_it_was` puts it back


@pytest.fixture(autouse=True, scope="module")
def _files_leave_nothing(tmp_path_factory):
    with left_as_it_was():
        os.environ["STIGMERGY_HOME"] = str(
            tmp_path_factory.mktemp("home")
        )  # what one file agrees to is not agreed in another
        yield


@pytest.fixture(autouse=True)
def _tests_leave_nothing(_files_leave_nothing):
    with left_as_it_was():
        yield


@pytest.fixture(autouse=True)
def _parallel_build(request, monkeypatch):
    """Give tests marked `threads` the build for several threads where a program has it."""
    if request.node.get_closest_marker("threads"):
        monkeypatch.setattr(compilation, "in_parallel", choose_build)
