"""The rules of the house hold in every file, and each rule catches what it is there for."""

import graphlib

import pytest

from tests.support import source_rules as rules
from tests.support.source_rules import Module

EVERYWHERE = (*rules.FLOORS, "benchmarks", "docs")
RULES = {
    "imports go down": (rules.upward_imports, rules.FLOORS),
    "imports are relative below the front door, absolute in it": (rules.spelling_of_imports, rules.FLOORS),
    "imports stand at the top": (rules.late_imports, rules.FLOORS),
    "worlds know no torch": (rules.imports_of("torch"), ("envs",)),
    "kernels are cached by their sources": (rules.kernels_past_the_cache, (*rules.FLOORS, "docs")),
    "no global generators": (rules.global_generators, EVERYWHERE),
    "terminated or truncated": (rules.word_done, ("algorithms",)),
    "nothing is left for later": (rules.left_for_later, (*EVERYWHERE, "tests")),
    "the public is documented": (rules.missing_docstrings, (*rules.FLOORS, "benchmarks")),
    "files and functions are short": (rules.too_long, (*rules.FLOORS, "benchmarks")),
}


@pytest.mark.parametrize("name", RULES)
def test_the_project_keeps_the_rule(name):
    rule, folders = RULES[name]
    checked = rules.modules(*folders)
    assert checked, f"no module in {folders}"
    violations = [violation for module in checked for violation in rule(module)]
    assert not violations, "\n".join(["", *violations])


def test_no_two_modules_import_each_other():
    graph = rules.import_graph(rules.modules(*rules.FLOORS))
    assert sum(map(len, graph.values())) > len(graph)  # the graph is the project's
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError with the cycle


def test_a_cycle_would_be_found():
    cycle = [
        Module("envs/a.py", "from .b import x"),
        Module("envs/b.py", "from . import a"),
        Module("envs/__init__.py", ""),
    ]
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter(rules.import_graph(cycle)).prepare()


BAD = [
    (rules.kernels_past_the_cache, "envs/x.py", "from numba import get_num_threads, njit"),
    (rules.upward_imports, "envs/x.py", "from ..algorithms.learner import Learner"),
    (rules.upward_imports, "envs/x.py", "from .. import training"),
    (rules.upward_imports, "envs/family/x.py", "from ...training.run import Run"),
    (rules.upward_imports, "algorithms/__init__.py", "from ..training import run"),
    (rules.upward_imports, "algorithms/x.py", "from stigmergy import make"),
    (rules.upward_imports, "training/x.py", "import stigmergy.cli"),
    (rules.upward_imports, "training/x.py", "def f():\n    from ..options import parse"),
    (rules.spelling_of_imports, "training/x.py", "from stigmergy.envs.core.spec import EnvSpec"),
    (rules.spelling_of_imports, "stigmergy/x.py", "from .options import parse"),
    (rules.late_imports, "envs/x.py", "def f():\n    from .grid import move"),
    (rules.late_imports, "envs/x.py", "class A:\n    def f(self):\n        import scipy.stats"),
    (rules.imports_of("torch"), "envs/x.py", "from torch.nn import functional"),
    (rules.global_generators, "envs/x.py", "import random\nx = random.choice(cells)"),
    (rules.global_generators, "envs/x.py", "from random import shuffle"),
    (rules.global_generators, "envs/x.py", "from numpy.random import rand"),
    (rules.global_generators, "envs/x.py", "x = np.random.randint(3)"),
    (rules.global_generators, "envs/x.py", "x = numpy.random.seed(3)"),
    (rules.global_generators, "envs/x.py", "rng = np.random.default_rng()"),
    (rules.global_generators, "training/x.py", "torch.manual_seed(0)"),
    (rules.global_generators, "algorithms/x.py", "x = torch.randperm(5)"),
    (rules.global_generators, "algorithms/x.py", "weights.normal_()"),
    (rules.global_generators, "algorithms/x.py", "nn.init.orthogonal_(weights)"),
    (rules.global_generators, "algorithms/x.py", "layer = nn.Linear(3, 4)"),
    (rules.word_done, "algorithms/x.py", "value = reward * (1 - done)"),
    (rules.left_for_later, "envs/x.py", "x = 1  # TO" + "DO: think"),
    (rules.missing_docstrings, "envs/x.py", "x = 1"),
    (rules.missing_docstrings, "envs/x.py", '"""Doc."""\ndef f():\n    pass'),
    (rules.missing_docstrings, "envs/x.py", '"""Doc."""\nclass A:\n    """Doc."""\n    def f(self):\n        pass'),
    (rules.too_long, "envs/x.py", "\n" * 401),
    (rules.too_long, "envs/x.py", "def f():\n" + "    x = 1\n" * 60),
]
GOOD = [
    (
        rules.upward_imports,
        "training/x.py",
        "from ..envs import grid\nfrom ..algorithms.learner import Learner\nfrom .run import Run",
    ),
    (rules.upward_imports, "stigmergy/x.py", "from stigmergy.envs.core.spec import EnvSpec\nimport stigmergy"),
    (
        rules.late_imports,
        "envs/x.py",
        "import scipy\ndef f():\n    import pygame\n    from torch.utils.tensorboard import SummaryWriter",
    ),
    (
        rules.global_generators,
        "envs/x.py",
        "rng = np.random.default_rng(seed)\nx: np.random.Generator = rng\ny = rng.random(3)",
    ),
    (
        rules.global_generators,
        "algorithms/x.py",
        "x = torch.randperm(5, generator=own)\nnn.init.zeros_(x)\ny = torch.multinomial(p, 1, generator=own)",
    ),
    (rules.word_done, "algorithms/x.py", "abandoned = terminated | truncated"),
    (rules.missing_docstrings, "envs/x.py", ""),
    (rules.too_long, "envs/x.py", "def f():\n" + "    x = 1\n" * 59),
]


@pytest.mark.parametrize(("rule", "path", "text"), BAD)
def test_a_rule_catches_its_violation(rule, path, text):
    assert rule(Module(path, text))


@pytest.mark.parametrize(("rule", "path", "text"), GOOD)
def test_a_rule_lets_good_code_pass(rule, path, text):
    assert rule(Module(path, text)) == []
