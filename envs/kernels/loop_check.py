"""Refusal of loops over envs that would go wrong on several threads, by their source.

Numba 0.68 loses what a parallel loop itself writes through a field of a NamedTuple, such as
`state.cell[c] = 0`: the same loop is right on one thread. Writes of a kernel that the loop calls
are kept, and so are those into arrays that are arguments of their own.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from ..errors import BadParameter


def check_loop(loop: Callable[..., Any]) -> None:
    """Refuse a loop over envs whose parallel part loses writes, or writes into another env's row.

    Raises:
        BadParameter: the source shows such a write. A loop whose source is not at hand is taken as
            it is.
    """
    try:
        lines, first = inspect.getsourcelines(loop)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError):
        return
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    arguments = {argument.arg for argument in function.args.args}
    for node in ast.walk(function):
        if isinstance(node, ast.For) and _is_prange(node.iter):
            own = _names_of_the_row(node)
            for written, statement in _writes(node):
                reason = _fault(written, own, arguments)
                if reason:
                    line = first + statement.lineno - 1
                    raise BadParameter(
                        f"the loop '{loop.__name__}' over envs writes {ast.unparse(written)} inside prange "
                        f"(line {line} of {inspect.getsourcefile(loop)}), {reason}; put the body of the loop into a function "
                        f"under @njit that works on one env, and call it there with np.int64({ast.unparse(node.target)})"
                    )


def _is_prange(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "prange"


def _writes(loop: ast.For) -> Iterator[tuple[ast.expr, ast.stmt]]:
    """Yield the expressions that the body of a loop writes into by itself.

    These are targets of assignments, and arrays whose methods are called for their effect.
    """
    for node in (inner for statement in loop.body for inner in ast.walk(statement)):
        if isinstance(node, (ast.Assign, ast.Delete)):
            yield from ((target, node) for whole in node.targets for target in _parts(whole))
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign, ast.For)):
            yield from ((target, node) for target in _parts(node.target))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            method = node.value.func
            if isinstance(method, ast.Attribute):  # such as state.cell[c].fill(0)
                yield method.value, node


def _parts(target: ast.expr) -> list[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        return [part for element in target.elts for part in _parts(element)]
    return _parts(target.value) if isinstance(target, ast.Starred) else [target]


def _names_of_the_row(loop: ast.For) -> set[str]:
    """The loop's variable, and names in its body made of it, such as `index = np.int64(c)`."""
    names = {ast.unparse(loop.target)}
    for node in (inner for statement in loop.body for inner in ast.walk(statement)):
        if isinstance(node, ast.Assign) and _names(node.value) & names:
            names |= {name for target in node.targets for name in _names(target)}
    return names


def _names(node: ast.AST) -> set[str]:
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}


def _fault(written: ast.expr, own: set[str], arguments: set[str]) -> str:
    """Reason to refuse a write; empty for own names, and for an argument's row of this env.

    Args:
        own: names that choose the row of this env.
    """
    outermost: ast.expr | None = None  # the innermost subscript in the text, whose first index chooses the row
    through_a_field, node = False, written
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        if isinstance(node, ast.Subscript):
            outermost = node.slice
        through_a_field = through_a_field or isinstance(node, ast.Attribute)
        node = node.value
    if outermost is None or not isinstance(node, ast.Name) or node.id not in arguments:
        return ""
    if through_a_field:
        return "which Numba loses on several threads"
    index = outermost.elts[0] if isinstance(outermost, ast.Tuple) and outermost.elts else outermost
    if not own & _names(index):
        return "which is not the row of this env, so that threads write into the same place"
    return ""
