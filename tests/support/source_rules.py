"""The rules of CONTRIBUTING.md that can be read off the source: each takes one parsed module and
returns its violations.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = ("envs", "algorithms", "training", "stigmergy")  # from the lowest to the highest

# Packages that may be imported inside a function, and why.
LATE_IMPORTS = {
    "pygame": "opens the display libraries, which only pictures need",
    "imageio_ffmpeg": "unpacks a program of 80 MB, which only MP4 needs",
    "tensorboard": "loads protobuf and grpc, which a run without events does without",
    "torch.utils.tensorboard": "likewise",
    "scipy.special": "takes 0.3 s of CPU, which training without intervals does without",
    "matplotlib": "an extra that is not installed by default, and slow to import",
    "onnx": "an extra that is not installed by default",
    "ray": "an extra that is not installed by default",
    "optuna": "likewise",
}
TORCH_IN_ENVS = {"envs/interop/to_torchrl.py"}
"""Modules of envs that are imported where torch is loaded already."""
EXPLICIT_GENERATORS = {"Generator", "default_rng", "SeedSequence", "BitGenerator", "PCG64", "Philox", "SFC64", "Random"}
STATES_OF_GENERATORS = {"getstate", "setstate", "get_state", "set_state", "set_rng_state"}
"""Functions that a module of RESTORING_MODULES may call, because it draws nothing."""
RESTORING_MODULES = {"training/callbacks.py"}
GLOBAL_TORCH = {"manual_seed", "seed", "set_rng_state", "initial_seed"}
DRAWING_FUNCTIONS = {"rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "poisson"}
DRAWING_METHODS = {
    "random_",
    "uniform_",
    "normal_",
    "bernoulli_",
    "exponential_",
    "geometric_",
    "cauchy_",
    "log_normal_",
    "multinomial",
}
DRAWING_LAYERS = {
    "Linear",
    "Bilinear",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "GRU",
    "GRUCell",
    "LSTM",
    "LSTMCell",
    "RNN",
    "Embedding",
    "MultiheadAttention",
}
LEFT_FOR_LATER = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")


@dataclass(frozen=True)
class Module:
    """One source file: its path from the root of the repository, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed text."""
        return ast.parse(self.text)

    @property
    def parts(self) -> tuple[str, ...]:
        """The dotted name under which the file installs, such as ("stigmergy", "envs", "grid")."""
        parts = Path(self.path).with_suffix("").parts
        inside = parts if parts[0] == "stigmergy" else ("stigmergy", *parts)
        return inside[:-1] if inside[-1] == "__init__" else inside

    @property
    def package(self) -> tuple[str, ...]:
        """The package that relative imports start from."""
        return self.parts if self.path.endswith("__init__.py") else self.parts[:-1]

    def at(self, node: ast.stmt | ast.expr, what: str) -> str:
        """A violation, as an editor can open it."""
        return f"{self.path}:{node.lineno} {what}"


def modules(*folders: str) -> list[Module]:
    """Every module in the folders."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [Module(path.relative_to(ROOT).as_posix(), path.read_text()) for path in paths]


def imports(module: Module, root: ast.AST | None = None) -> Iterator[tuple[ast.stmt, str]]:
    """Each import statement with the absolute name it may load; `from a import b` yields a and a.b,
    for b may be a module.
    """
    for node in ast.walk(root or module.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = module.package[: len(module.package) - node.level + 1] if node.level else ()
            stem = ".".join((*start, *([node.module] if node.module else [])))
            yield node, stem
            yield from ((node, f"{stem}.{alias.name}") for alias in node.names)


def floor_of(name: str) -> int | None:
    """The floor of an absolute module name; None for other packages. The bare package is the top
    floor: it is the front door.
    """
    parts = name.split(".")
    if parts[0] != "stigmergy":
        return None
    return FLOORS.index(parts[1]) if len(parts) > 1 and parts[1] in FLOORS[:-1] else len(FLOORS) - 1


def upward_imports(module: Module) -> list[str]:
    """Imports that go up a floor."""
    own = floor_of(".".join(module.parts))
    found = []
    for node, name in imports(module):
        # `from ..envs import x` passes through the bare package only in its spelling
        bare = isinstance(node, ast.ImportFrom) and node.level and name == "stigmergy"
        floor = floor_of(name)
        if floor is not None and own is not None and floor > own and not bare:
            found.append(module.at(node, name))
    return found


def spelling_of_imports(module: Module) -> list[str]:
    """Below the front door imports are relative, in it they are absolute."""
    top = module.parts[:2] == ("stigmergy",) or module.path.startswith("stigmergy/")
    return [
        module.at(node, "relative" if top else "absolute")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        and (node.level > 0 if top else node.level == 0 and (node.module or "").split(".")[0] == "stigmergy")
    ]


def late_imports(module: Module) -> list[str]:
    """Imports inside functions, but for the packages that LATE_IMPORTS gives a reason for."""
    found = {}
    for function in functions(module):
        for node, name in imports(module, function):
            if not any(name == late or name.startswith(f"{late}.") for late in LATE_IMPORTS) and name != "torch.utils":
                found[module.at(node, name)] = None
    return list(found)


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method."""
    return (node for node in ast.walk(module.tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def imports_of(package: str):
    """The rule that `package` is not imported at all."""

    def rule(module: Module) -> list[str]:
        return [
            module.at(node, name) for node, name in imports(module) if name == package or name.startswith(f"{package}.")
        ]

    return rule


def torch_in_envs(module: Module) -> list[str]:
    """Imports of torch, but for the modules of TORCH_IN_ENVS."""
    return [] if module.path in TORCH_IN_ENVS else imports_of("torch")(module)


def kernels_past_the_cache(module: Module) -> list[str]:
    """Kernel decorators taken from Numba itself, whose cache does not notice changes in what a
    kernel calls.
    """
    return [
        module.at(node, alias.name)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "numba" and not module.path.startswith("envs/kernels/")
        for alias in node.names
        if alias.name in ("njit", "jit", "prange", "vectorize", "guvectorize")
    ]


def global_generators(module: Module) -> list[str]:
    """Draws from a generator that nobody passed in: the module `random`, numpy's legacy functions,
    torch's default generator.
    """
    found = []
    restored = STATES_OF_GENERATORS if module.path in RESTORING_MODULES else set()
    allowed = EXPLICIT_GENERATORS | restored
    library = r"(?:(?:np|numpy)\.)?" if imports_of("random")(module) else r"(?:np|numpy)\."
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("random", "numpy.random") and not node.level:
            found += [module.at(node, alias.name) for alias in node.names if alias.name not in EXPLICIT_GENERATORS]
        if isinstance(node, ast.Attribute):
            dotted = ast.unparse(node)
            match = re.fullmatch(library + r"random\.(\w+)", dotted)
            if match and match[1] not in allowed:
                found.append(module.at(node, dotted))
        if isinstance(node, ast.Call) and _draws_globally(node):
            name = ast.unparse(node.func)
            found += [module.at(node, name)] if name.rpartition(".")[2] not in restored else []
    return found


def _draws_globally(call: ast.Call) -> bool:
    dotted = ast.unparse(call.func)
    owner, _, name = dotted.rpartition(".")
    if name == "default_rng":
        return not call.args and not call.keywords
    if owner in ("torch", "torch.cuda") and name in GLOBAL_TORCH:
        return True
    if owner in ("nn", "torch.nn") and name in DRAWING_LAYERS:
        return True  # they draw their first weights
    drawing = (
        (owner == "torch" and name in DRAWING_FUNCTIONS)
        or (owner and name in DRAWING_METHODS)
        or owner.endswith("nn.init")
    )
    explicit = any(keyword.arg == "generator" for keyword in call.keywords)
    fixed = owner.endswith("nn.init") and name in ("zeros_", "ones_", "constant_", "eye_", "dirac_")
    return bool(drawing) and not explicit and not fixed and not _is_numpy_generator(owner)


def _is_numpy_generator(owner: str) -> bool:
    """Names by which an explicit numpy Generator goes, whose `multinomial` is no draw of torch."""
    return owner.split(".")[-1] in ("rng", "generator", "random")


def word_done(module: Module) -> list[str]:
    """Lines that say `done` where terminated or truncated is meant."""
    return _lines(module, re.compile(r"\bdones?\b"))


def left_for_later(module: Module) -> list[str]:
    """Marks of unfinished work, which belong in an issue."""
    return _lines(module, LEFT_FOR_LATER)


def _lines(module: Module, pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{module.path}:{k} {line.strip()}"
        for k, line in enumerate(module.text.splitlines(), 1)
        if pattern.search(line)
    ]


def missing_docstrings(module: Module) -> list[str]:
    """Modules with code, public classes and public functions at the top of a module that say
    nothing about themselves.
    """
    found = []
    if module.tree.body and ast.get_docstring(module.tree) is None:
        found.append(f"{module.path}:1 module")
    for node in module.tree.body:
        public = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not node.name.startswith(
            "_"
        )
        if public and ast.get_docstring(node) is None:
            found.append(module.at(node, node.name))
        if public and isinstance(node, ast.ClassDef) and not node.bases:
            found += [
                module.at(method, f"{node.name}.{method.name}")
                for method in node.body
                if isinstance(method, ast.FunctionDef)
                and not method.name.startswith("_")
                and ast.get_docstring(method) is None
            ]
    return found


def too_long(module: Module, file_limit: int = 400, function_limit: int = 60) -> list[str]:
    """Files and functions that have swallowed more than one idea."""
    lines = len(module.text.splitlines())
    found = [f"{module.path} has {lines} lines"] if lines > file_limit else []
    for function in functions(module):
        length = (function.end_lineno or 0) - function.lineno + 1
        if length > function_limit:
            found.append(module.at(function, f"{function.name} has {length} lines"))
    return found


def import_graph(of: list[Module]) -> dict[str, set[str]]:
    """Module name to the modules it loads when it is loaded; imports for type checkers alone do not
    count.
    """
    names = {".".join(module.parts) for module in of}
    graph = {}
    for module in of:
        own = ".".join(module.parts)
        skipped = {id(inner) for outer in ast.walk(module.tree) if _loads_nothing(outer) for inner in ast.walk(outer)}
        graph[own] = {name for node, name in imports(module) if name in names - {own} and id(node) not in skipped}
        graph[own] -= {own.rpartition(".")[0]}  # the package that holds it is being loaded already
    return graph


def _loads_nothing(node: ast.AST) -> bool:
    """True of `if TYPE_CHECKING:` and of functions."""
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or (
        isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    )
