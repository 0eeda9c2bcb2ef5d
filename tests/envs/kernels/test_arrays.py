"""Arrays are allocated as their class declares them, and what is not so is told."""

from typing import Annotated, NamedTuple

import numpy as np
import pytest

from stigmergy.envs.kernels.arrays import Bool, Float32, Int16, UInt64, allocate, declared, shape_errors


class State(NamedTuple):
    stream: Annotated[UInt64, "envs 4"]
    over: Annotated[Bool, "envs"]
    position: Annotated[Int16, "envs agents 2"]
    pay: Annotated[Float32, "envs agents agents"]


class Constants(NamedTuple):
    walls: Annotated[Bool, "rows columns"]
    radius: int


def test_fields_are_zeros_of_the_declared_shapes_and_types():
    state = allocate(State, envs=3, agents=2)
    shapes = {name: (value.shape, value.dtype) for name, value in state._asdict().items()}
    assert shapes == {
        "stream": ((3, 4), np.uint64),
        "over": ((3,), np.bool_),
        "position": ((3, 2, 2), np.int16),
        "pay": ((3, 2, 2), np.float32),
    }
    assert not any(value.any() for value in state)
    assert not list(shape_errors(state, envs=3))


def test_fields_without_a_declared_shape_are_not_checked():
    assert list(declared(Constants)) == ["walls"]
    assert not list(shape_errors(Constants(np.zeros((2, 3), np.bool_), 1)))


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ({"envs": 3}, "State: no size is given for 'agents'; its shapes are made of agents, envs"),
        ({"envs": 3, "agents": 2, "rows": 1}, "State: no field has a size 'rows'; its shapes are made of agents, envs"),
    ],
)
def test_sizes_have_to_be_those_of_the_shapes(sizes, sentence):
    with pytest.raises(TypeError, match=sentence):
        allocate(State, **sizes)


def test_a_field_without_a_shape_cannot_be_allocated():
    with pytest.raises(TypeError, match=r"Constants.radius declares no shape"):
        allocate(Constants, rows=1, columns=1)


def test_only_arrays_have_a_shape():
    class Wrong(NamedTuple):
        radius: Annotated[int, "envs"]

    with pytest.raises(TypeError, match=r"Wrong\.radius declares the shape 'envs' and is no array"):
        declared(Wrong)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"over": np.zeros(3, np.int8)}, "over is int8; declared is bool"),
        ({"over": [False] * 3}, "over is list; declared is an array of bool"),
        ({"position": np.zeros((2, 2, 2), np.int16)}, "position has the shape (2, 2, 2); declared is 'envs agents 2', here (3, 2, 2)"),
        ({"position": np.zeros((3, 2), np.int16)}, "position has the shape (3, 2); declared is 'envs agents 2', here (3, 2, 2)"),
        ({"position": np.zeros((2, 2, 3), np.int16).T}, "position does not lie in memory row by row; every kernel would be compiled once more for it"),
        ({"pay": np.zeros((3, 2, 5), np.float32)}, "pay has the shape (3, 2, 5); declared is 'envs agents agents', here (3, 2, 2)"),
    ],
)  # fmt: skip
def test_arrays_that_are_not_as_declared_are_told(changes, sentence):
    state = allocate(State, envs=3, agents=2)._replace(**changes)
    assert list(shape_errors(state, envs=3)) == [sentence]
