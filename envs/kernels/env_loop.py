"""Compiled loop over envs that calls a kernel for each, from one compilation for any threads.

Numba's own `parallel=True` compiles a loop and all that it calls once more, which takes several
times as long as the serial build. Here the arguments of the kernel lie in a frame on the stack, and
`entry`, a function made once for each kernel, runs envs `first` to `last` with them. One thread
calls it for all envs; several get its address, in a parallel loop that is compiled once for all
kernels. An env's row is written by its own call of the kernel alone, so the number of threads
changes no bit.
"""

from types import CodeType, FunctionType
from typing import Any

import numpy as np
from llvmlite import ir
from numba import extending, prange, types
from numba.core import cgutils
from numba.core.callconv import RETCODE_USEREXC, Status, excinfo_ptr_t

from .cache import install
from .dispatcher import njit

install()  # before any kernel is declared

_WORD = types.intp
intrinsic: Any = extending.intrinsic  # called without its first argument, which is Numba's


@intrinsic
def _entry(typingctx: Any, kernel: Any, where: Any, arguments: Any) -> Any:
    """Address of a function (frame, first, last) that calls `kernel(*arguments, env)`.

    It does so for these envs, where `where` is true. It returns 0, or the address of the exception
    that the kernel raised.
    """
    kernel_types = (*arguments, _WORD)
    kernel.dispatcher.get_call_template(kernel_types, {})  # compiles it

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        compiled = getattr(kernel.dispatcher, "inner", kernel.dispatcher).overloads[kernel_types]
        context.active_code_library.add_linking_library(compiled.library)
        word = context.get_value_type(_WORD)
        name = f"entry.{'all' if where is types.none else 'where'}.{compiled.fndesc.mangled_name}"
        function = ir.Function(builder.module, ir.FunctionType(word, [word] * 3), name=name)
        function.linkage = "internal"
        frame, first, last = function.args
        body = ir.IRBuilder(function.append_basic_block("entry"))
        held = types.Tuple((where, arguments))
        mask, values = cgutils.unpack_tuple(
            body, body.load(body.inttoptr(frame, context.get_value_type(held).as_pointer())), 2
        )
        unpacked = cgutils.unpack_tuple(body, _uncounted(context, body, arguments, values), len(arguments))
        step = ir.Constant(word, 1)
        with cgutils.for_range_slice(body, first, last, step, intp=word) as (env, _):
            runs = _flag(context, body, where, mask, env)
            with body.if_then(runs):
                status, _ = context.call_internal_no_propagate(
                    body, compiled.fndesc, compiled.signature, [*unpacked, env]
                )
                with cgutils.if_unlikely(body, status.is_error):
                    body.ret(body.ptrtoint(status.excinfoptr, word))
        body.ret(ir.Constant(word, 0))
        return builder.ptrtoint(function, word)

    return _WORD(kernel, where, arguments), generate


def _uncounted(context: Any, builder: Any, type_: Any, value: Any) -> Any:
    """The same arrays as Numba has them where references are not counted.

    The caller of the loop holds the arrays. Counting would take as long as many a rule, and threads
    would share the counts.
    """
    if isinstance(type_, types.Array):
        array = context.make_array(type_)(context, builder, value)
        array.meminfo = array.parent = cgutils.get_null_value(array.meminfo.type)
        return array._getvalue()
    if isinstance(type_, types.BaseTuple):
        types_: Any = type_
        parts = zip(types_, cgutils.unpack_tuple(builder, value, len(types_)))
        return context.make_tuple(builder, type_, [_uncounted(context, builder, *part) for part in parts])
    return value


def _flag(context: Any, builder: Any, where: Any, mask: Any, env: Any) -> Any:
    """The bit `where[env]`, or true where there is no mask."""
    if where is types.none:
        return cgutils.true_bit
    array = context.make_array(where)(context, builder, mask)
    pointer = cgutils.get_item_pointer(context, builder, where, array, [env])
    return context.unpack_value(builder, where.dtype, pointer)


@intrinsic
def _frame(typingctx: Any, where: Any, arguments: Any) -> Any:
    """Address of a copy of both on the caller's stack, which holds as long as the caller runs."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        held = context.make_tuple(builder, types.Tuple((where, arguments)), args)
        return builder.ptrtoint(cgutils.alloca_once_value(builder, held), context.get_value_type(_WORD))

    return _WORD(where, arguments), generate


@intrinsic
def _call(typingctx: Any, entry: Any, frame: Any, first: Any, last: Any) -> Any:
    """Call the function at the address `entry`."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = context.get_value_type(_WORD)
        function = ir.FunctionType(word, [word] * 3).as_pointer()
        return builder.call(builder.inttoptr(args[0], function), args[1:])

    return _WORD(_WORD, _WORD, _WORD, _WORD), generate


@intrinsic
def _raise(typingctx: Any, exception: Any) -> Any:
    """Raise the exception at this address, if it is not 0."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        (address,) = args
        code = RETCODE_USEREXC
        no, yes = cgutils.false_bit, cgutils.true_bit
        status = Status(code, no, no, yes, no, no, yes, builder.inttoptr(address, excinfo_ptr_t))
        with cgutils.if_unlikely(builder, cgutils.is_not_null(builder, address)):
            context.call_conv.return_status_propagate(builder, status)
        return context.get_dummy_value()

    return types.none(exception), generate


@njit(cache=True, parallel=True)
def _on_threads(entry, frame, num_envs, num_threads):
    """Share the envs among the threads; the address of an exception that one raised, or 0."""
    exception = np.empty(num_threads, np.intp)
    for thread in prange(num_threads):
        t = np.int64(thread)
        exception[t] = _call(entry, frame, t * num_envs // num_threads, (t + 1) * num_envs // num_threads)
    for thread in range(num_threads):
        if exception[thread] != 0:
            return exception[thread]
    return 0


def _template(num_threads, num_envs, where, *arguments):
    entry, frame = _entry(kernel, where, arguments), _frame(where, arguments)  # type: ignore[name-defined] # noqa: F821
    if num_threads == 1:
        exception = _call(entry, frame, 0, num_envs)
    else:
        exception = _on_threads(entry, frame, num_envs, num_threads)
    _raise(exception)


def compile_loop(kernel: Any, function: FunctionType) -> Any:
    """Compile the loop over envs of a kernel.

    It stands in the kernel's file, by whose sources Numba's cache finds it in the next process.

    Args:
        kernel: the compiled kernel; its last argument is the index of the env.
        function: what it was compiled from.

    Returns:
        A function (num_threads, num_envs, where, *arguments). `where` is `(num_envs,)` bool, or
        None for all envs.
    """
    name = f"{function.__name__}_over_envs"
    own: CodeType = function.__code__
    code = _template.__code__.replace(
        co_name=name, co_filename=own.co_filename, co_firstlineno=own.co_firstlineno, co_qualname=name
    )
    names = {key: globals()[key] for key in code.co_names if key in globals()}
    loop = FunctionType(code, {"__name__": function.__module__, "kernel": kernel, **names}, name)
    loop.__qualname__ = f"{function.__qualname__}_over_envs"
    loop.__module__ = function.__module__
    return njit(cache=True)(loop)
