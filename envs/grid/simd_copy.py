"""Copies of bytes in kernels by a few wide loads and stores.

Numba's byte-by-byte loops over a window cost three times as much (measured on 11 x 11 windows), and
windows are most of what a grid task writes. The arrays are flat uint8, the offsets int64; nothing
is checked, so the caller keeps rows inside.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ..kernels import njit


def _vector(width):
    return ir.VectorType(ir.IntType(8), width)


def _pointer(context, builder, array_type, array, offset, width):
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [offset]), _vector(width).as_pointer())


def _copy(width):
    @intrinsic
    def copy(typing_context, target, to, source, start):
        def generate(context, builder, signature, args):
            into = _pointer(context, builder, signature.args[0], args[0], args[1], width)
            out_of = _pointer(context, builder, signature.args[2], args[2], args[3], width)
            builder.store(builder.load(out_of, align=1), into, align=1)
            return context.get_dummy_value()

        return types.void(target, types.int64, source, types.int64), generate

    return copy


def _clear(width):
    @intrinsic
    def clear(typing_context, target, to):
        def generate(context, builder, signature, args):
            into = _pointer(context, builder, signature.args[0], args[0], args[1], width)
            builder.store(ir.Constant(_vector(width), [0] * width), into, align=1)
            return context.get_dummy_value()

        return types.void(target, types.int64), generate

    return clear


# Any, because in kernels these take the arguments of their inner functions less the first, which
# type checkers cannot know.
_copy_16: Any = _copy(16)
_copy_8: Any = _copy(8)
_copy_4: Any = _copy(4)
_clear_16: Any = _clear(16)


@njit(inline="always")
def copy_row(target, to, source, start, width):
    """Copy `width` bytes from `source[start:]` to `target[to:]`.

    The last wide copy overlaps the one before it.
    """
    if width >= 16:
        for k in range(0, width - 15, 16):
            _copy_16(target, to + k, source, start + k)
        _copy_16(target, to + width - 16, source, start + width - 16)
    elif width >= 8:
        _copy_8(target, to, source, start)
        _copy_8(target, to + width - 8, source, start + width - 8)
    elif width >= 4:
        _copy_4(target, to, source, start)
        _copy_4(target, to + width - 4, source, start + width - 4)
    else:
        for k in range(width):
            target[to + k] = source[start + k]


@njit(inline="always")
def clear_bytes(target, to, count):
    """Set `target[to : to + count]` to 0."""
    if count >= 16:
        for k in range(0, count - 15, 16):
            _clear_16(target, to + k)
        _clear_16(target, to + count - 16)
    else:
        for k in range(count):
            target[to + k] = 0
