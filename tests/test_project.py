"""The rules of the house hold in every file, and each rule catches what it is there for."""

import graphlib

import pytest

from tests.support import layout_rules, prose_rules
from tests.support import source_rules as rules
from tests.support.source_rules import Module

EVERYWHERE = (*rules.FLOORS, "benchmarks", "docs")
RULES = {
    "imports go down": (rules.upward_imports, rules.FLOORS),
    "imports are relative below the front door, absolute in it": (rules.spelling_of_imports, rules.FLOORS),
    "imports stand at the top": (rules.late_imports, rules.FLOORS),
    "worlds know no torch": (rules.torch_in_envs, ("envs",)),
    "kernels are cached by their sources": (rules.kernels_past_the_cache, (*rules.FLOORS, "docs")),
    "no global generators": (rules.global_generators, EVERYWHERE),
    "terminated or truncated": (rules.word_done, ("algorithms",)),
    "nothing is left for later": (rules.left_for_later, (*EVERYWHERE, "tests")),
    "the public is documented": (rules.missing_docstrings, (*rules.FLOORS, "benchmarks")),
    "files and functions are short": (rules.too_long, (*rules.FLOORS, "benchmarks")),
    "packages import in their order": (layout_rules.imports_past_the_order, rules.FLOORS),
    "docstrings do not begin as questions": (prose_rules.question_words, (*EVERYWHERE, "tests")),
    "words are those of the dictionary": (prose_rules.replaced_words, EVERYWHERE),
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


def test_packages_are_small():
    assert layout_rules.large_packages(rules.modules(*rules.FLOORS)) == []


def test_a_large_package_would_be_found():
    outside = [Module("envs/core/__init__.py", ""), Module("envs/core/deeper/x.py", "")]
    twelve = [Module(f"envs/core/x{k}.py", "") for k in range(12)]
    assert layout_rules.large_packages([*outside, *twelve]) == []
    assert layout_rules.large_packages([*outside, *twelve, Module("envs/core/y.py", "")])


def test_every_folder_of_modules_is_a_package():
    assert layout_rules.folders_without_init(rules.modules(*rules.FLOORS)) == []
    inner = [Module("envs/__init__.py", ""), Module("envs/new/x.py", "")]
    assert layout_rules.folders_without_init(inner) == ["envs/new"]


def test_task_folders_have_the_same_files():
    modules = rules.modules("envs")
    assert len(layout_rules.task_folders(modules)) > 25
    assert layout_rules.unusual_task_files(modules) == []
    paths = {module.path for module in modules}
    assert {f"{path}.py" for path in layout_rules.FURTHER_TASK_FILES} <= paths


@pytest.mark.parametrize("names", [["config", "env"], ["rules", "env"], ["config", "rules", "env", "parameters"]])
def test_an_unusual_task_folder_would_be_found(names):
    good = [Module(f"envs/games/x/{name}.py", "") for name in ("config", "rules", "env", "draw", "state")]
    assert layout_rules.unusual_task_files(good) == []
    assert layout_rules.unusual_task_files([Module(f"envs/games/x/{name}.py", "") for name in names])


BAD = [
    (layout_rules.imports_past_the_order, "envs/core/x.py", "from ..grid.moves import MOVES"),
    (layout_rules.imports_past_the_order, "envs/games/x.py", "from ..swarm import collective"),
    (layout_rules.imports_past_the_order, "envs/registration/x.py", "from .. import games"),
    (layout_rules.imports_past_the_order, "envs/core/x.py", "from .. import make"),
    (layout_rules.imports_past_the_order, "envs/nowhere.py", "import numpy"),
    (layout_rules.imports_past_the_order, "algorithms/ppo/x.py", "from ..q_learning.learner import QLearner"),
    (layout_rules.imports_past_the_order, "training/x.py", "from .runs.run import Run"),
    (layout_rules.imports_past_the_order, "stigmergy/plotting/x.py", "from stigmergy.cli.options import parse"),
    (prose_rules.question_words, "envs/new/x.py", '"""What a policy sees."""'),
    (prose_rules.question_words, "envs/new/x.py", 'x = 1\n"""Whether it moves."""'),
    (prose_rules.question_words, "envs/new/x.py", 'class A:\n    x: int\n    """which one"""'),
    (prose_rules.question_words, "envs/new/x.py", 'def f():\n    """How it goes."""'),
    (prose_rules.replaced_words, "training/x.py", "class Fold:\n    pass"),
    (prose_rules.replaced_words, "algorithms/core/x.py", "def f(gain):\n    pass"),
    (prose_rules.replaced_words, "envs/new/x.py", "self.told = copies = 3"),
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
    (rules.torch_in_envs, "envs/interop/x.py", "from torch.nn import functional"),
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
    (layout_rules.imports_past_the_order, "envs/grid/x.py", "from ..core.env import BatchEnv\nfrom . import moves"),
    (layout_rules.imports_past_the_order, "training/runs/x.py", "from ..trainer import Trainer\nimport numpy"),
    (layout_rules.imports_past_the_order, "training/x.py", "from ..envs.tools.traces import play"),
    (layout_rules.imports_past_the_order, "stigmergy/commands/x.py", "from stigmergy.cli.options import parse"),
    (prose_rules.question_words, "envs/new/x.py", 'def f():\n    """Compute it."""\n    "what is that"'),
    (prose_rules.replaced_words, "training/x.py", "gain = y.copies + z.told\ndef f(order):\n    pass"),
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
