"""Exported policies as a model in the Open Neural Network Exchange format (opset 18)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...envs.errors import UserError
from ..core.policy_graph import PolicyGraph
from .policy_file import describe

OPSET, IR_VERSION = 18, 9
"""Versions of the format; runtimes from 2023 on read them."""
SAME = {
    "add": "Add", "divide": "Div", "equal": "Equal", "matmul": "MatMul", "maximum": "Max", "multiply": "Mul", "relu": "Relu",
    "sigmoid": "Sigmoid", "softmax": "Softmax", "subtract": "Sub", "tanh": "Tanh", "where": "Where",
}  # fmt: skip
"""Ops that are one operator, with the same inputs and without attributes."""
END = np.iinfo(np.int64).max


def write_onnx(graphs: Mapping[str, PolicyGraph], about: Mapping[str, Any]) -> bytes:
    """Contents of a model whose inputs and outputs are those of `Policy.act` in `load_policy.py`.

    Arrays are `(envs, agents, ...)`. Inputs that a policy does not read are left out. With several
    groups, names begin with the group and a slash. The description stands in the metadata.

    Raises:
        UserError: the package onnx is not installed.
    """
    try:
        import onnx  # pyright: ignore[reportMissingImports] (an extra)
    except ImportError as error:
        raise UserError(
            "a policy ending in .onnx needs the package onnx, which is not installed; `pip install 'stigmergy[onnx]'` installs it"
        ) from error
    models = [_GroupModel(onnx, graph, f"{name}/" if len(graphs) > 1 else "") for name, graph in graphs.items()]
    parts = [
        [part for model in models for part in getattr(model, kind)]
        for kind in ("nodes", "inputs", "outputs", "initializers")
    ]
    graph = onnx.helper.make_graph(parts[0], "policy", parts[1], parts[2], parts[3])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.helper.set_model_props(model, {"stigmergy": json.dumps(describe(graphs, about))})
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


class _GroupModel:
    """Operators, inputs, outputs and arrays of one group's policy."""

    def __init__(self, onnx: Any, graph: PolicyGraph, prefix: str):
        self.onnx, self.graph, self.prefix = onnx, graph, prefix
        self.nodes: list[Any] = []
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self.initializers: list[Any] = []
        self._names = {name: f"{prefix}{name}_by_agent" for name in ("observation", "mask", "active", "hidden")}
        for name, array in graph.arrays.items():
            self._names[name] = self._constant(array)
        self._add_inputs()
        for node in graph.nodes:
            given = [self._names[name] for name in node["inputs"]]
            self._names[node["output"]] = self._translate(node["op"], given, node["attributes"])
        self._add_outputs()

    def _add_inputs(self) -> None:
        description, group = self.graph.description(), self.graph.group
        used = {name for node in self.graph.nodes for name in node["inputs"]}
        agents = description["size"] or "agents"
        for name, (dtype, *shape) in description["inputs"].items():
            if name not in used:
                continue
            given = str(group.observation_space.dtype) if name == "observation" else dtype
            outside = {"hidden": "hidden_state"}.get(name, name)
            self.inputs.append(self._value(outside, given, ["envs", agents, *shape]))
            by_agent = self._node("Transpose", [self.prefix + outside], perm=[1, 0, *range(2, 2 + len(shape))])
            to = self._dtype(np.dtype(dtype))
            self._names[name] = self._node("Cast", [by_agent], to=to) if given != dtype else by_agent

    def _add_outputs(self) -> None:
        description, group = self.graph.description(), self.graph.group
        dtype, hidden_size = description["inputs"]["hidden"]
        agents = description["size"] or "agents"
        action = dtype if group.num_choices == 0 else "int64"
        shapes: dict[str, tuple[str, list[Any]]] = {
            "action": (action, list(group.action_shape)),
            "logits": (dtype, ["outputs"]),
        }
        if hidden_size:
            shapes["hidden"] = (dtype, [hidden_size])
        for name, (kind, shape) in shapes.items():
            outside = {"hidden": "next_hidden_state"}.get(name, name)
            value = self._names[self.graph.outputs[name]]
            self._node("Transpose", [value], output=self.prefix + outside, perm=[1, 0, *range(2, 2 + len(shape))])
            self.outputs.append(self._value(outside, kind, ["envs", agents, *shape]))

    def _value(self, name: str, dtype: str, shape: list[Any]) -> Any:
        return self.onnx.helper.make_tensor_value_info(self.prefix + name, self._dtype(np.dtype(dtype)), shape)

    def _dtype(self, dtype: np.dtype) -> int:
        return self.onnx.helper.np_dtype_to_tensor_dtype(dtype)

    def _constant(self, values: Any) -> str:
        name = f"{self.prefix}constant_{len(self.initializers)}"
        self.initializers.append(self.onnx.numpy_helper.from_array(np.asarray(values), name))
        return name

    def _node(self, operator: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        output = output or f"{self.prefix}{operator}_{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(operator, inputs, [output], **attributes))
        return output

    def _translate(self, op: str, inputs: list[str], attributes: dict[str, Any]) -> str:
        if op in SAME:
            return self._node(SAME[op], inputs)
        translate: Callable[..., str] = getattr(self, f"_{op}")
        return translate(*inputs, **attributes)

    def _argmax(self, x: str) -> str:
        return self._node("ArgMax", [x], axis=-1, keepdims=0)

    def _clip(self, x: str, low: str, high: str) -> str:
        return self._node("Min", [self._node("Max", [x, low]), high])

    def _concat(self, *parts: str) -> str:
        return self._node("Concat", list(parts), axis=-1)

    def _expand(self, x: str, like: str) -> str:
        shapes = [self._node("Shape", [like], end=2), self._node("Shape", [x], start=2)]
        return self._node("Expand", [x, self._node("Concat", shapes, axis=0)])

    def _linear(self, x: str, weight: str, bias: str) -> str:
        return self._node("Add", [self._node("MatMul", [x, weight]), bias])

    def _patches(self, x: str, size: int, stride: int) -> str:
        axes, steps, last = (self._constant(np.array(values, np.int64)) for values in ([2, 3], [stride] * 2, [-1]))
        cuts = []
        for start in np.ndindex(size, size):
            ends = [END if at == size - 1 else at + 1 - size for at in start]
            bounds = (self._constant(np.array(values, np.int64)) for values in (start, ends))
            cuts.append(self._node("Unsqueeze", [self._node("Slice", [x, *bounds, axes, steps]), last]))
        shape = self._constant(np.array([0, 0, 0, 0, 0, size, size], np.int64))
        return self._node("Reshape", [self._node("Concat", cuts, axis=-1), shape])

    def _present(self, x: str) -> str:
        zero = self._constant(np.zeros((), self.graph.dtype))
        differs = self._node(
            "Cast", [self._node("Not", [self._node("Equal", [x, zero])])], to=self._dtype(self.graph.dtype)
        )
        return self._node("Greater", [self._sum(differs, -1), zero])

    def _reshape(self, x: str, shape: list[int]) -> str:
        return self._node("Reshape", [x, self._constant(np.array([0, 0, *shape], np.int64))])

    def _slice(self, x: str, start: int, stop: int) -> str:
        return self._node("Slice", [x, *(self._constant(np.array([number], np.int64)) for number in (start, stop, -1))])

    def _sum(self, x: str, axis: int) -> str:
        return self._node("ReduceSum", [x, self._constant(np.array([axis], np.int64))], keepdims=0)

    def _take(self, x: str, indices: list[int], axis: int) -> str:
        return self._node("Gather", [x, self._constant(np.array(indices, np.int64))], axis=axis)

    def _transpose(self, x: str, axes: list[int]) -> str:
        return self._node("Transpose", [x], perm=axes)
