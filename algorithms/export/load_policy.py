"""Greedy policy from a file of `stigmergy export`, by numpy alone; copy it where you need it."""

import json

import numpy as np

FORMAT = 1
OPS = {
    "argmax": lambda x: x.argmax(-1),
    "concat": lambda *parts: np.concatenate(parts, -1),
    "expand": lambda x, like: np.broadcast_to(x, like.shape[:2] + x.shape[2:]),
    "linear": lambda x, weight, bias: x @ weight + bias,
    "patches": lambda x, size, stride: np.lib.stride_tricks.sliding_window_view(x, (size, size), (2, 3))[
        :, :, ::stride, ::stride
    ],
    "present": lambda x: (x != 0).any(-1),
    "relu": lambda x: np.maximum(x, 0),
    "reshape": lambda x, shape: x.reshape(*x.shape[:2], *shape),
    "sigmoid": lambda x: (1 + np.tanh(x / 2)) / 2,
    "slice": lambda x, start, stop: x[..., start:stop],
    "softmax": lambda x: (raised := np.exp(x - x.max(-1, keepdims=True))) / raised.sum(-1, keepdims=True),
    "sum": lambda x, axis: x.sum(axis),
    **{f.__name__: f for f in (np.add, np.clip, np.divide, np.equal, np.matmul, np.maximum, np.multiply, np.subtract)},
    **{f.__name__: f for f in (np.take, np.tanh, np.transpose, np.where)},
}


class Policy:
    """Policy of the group `group` in the file `path`; `about` is the description of the file."""

    def __init__(self, path, group=None):
        with np.load(path, allow_pickle=False) as file:
            self.about = json.loads(str(file["description"])) if "description" in file else {}
            if self.about.get("format") != FORMAT:
                raise ValueError(f"'{path}' has the format {self.about.get('format')}; this loader reads {FORMAT}")
            if (group or "") not in self.about["groups"] and (group or len(self.about["groups"]) > 1):
                raise ValueError(f"the group is {group!r}; '{path}' has {', '.join(self.about['groups'])}")
            self.group = group or next(iter(self.about["groups"]))
            self.graph = self.about["groups"][self.group]
            self.arrays = {name: file[f"{self.group}/{name}"] for name in self.graph["arrays"]}

    def act(self, observation, mask=None, hidden_state=None, active=None):
        """Greedy actions, logits and hidden state of all agents; a first axis is that of envs."""
        shape, size, observation = self.graph["inputs"]["observation"][1:], self.graph["size"], np.asarray(observation)
        lead = observation.shape[: observation.ndim - len(shape)]
        if len(lead) not in (1, 2) or size not in (None, lead[-1]) or observation.shape[len(lead) :] != tuple(shape):
            allowed = f"({size or 'agents'}, {', '.join(map(str, shape))}), or with an axis of envs before it"
            raise ValueError(f"the observation has shape {observation.shape}; allowed is {allowed}")
        given = {"mask": mask, "hidden": hidden_state, "active": active, "observation": observation}
        values = dict(self.arrays)
        for name, (dtype, *shape) in self.graph["inputs"].items():
            array = np.full((*lead, *shape), name in ("mask", "active")) if given[name] is None else given[name]
            values[name] = np.asarray(array, dtype).reshape(*(lead[:-1] or (1,)), lead[-1], *shape).swapaxes(0, 1)
        for node in self.graph["nodes"]:
            values[node["output"]] = OPS[node["op"]](*map(values.get, node["inputs"]), **node["attributes"])
        results = (values[self.graph["outputs"][name]] for name in ("action", "logits", "hidden"))
        return tuple(result.swapaxes(0, 1).reshape(*lead, *result.shape[2:]) for result in results)
