"""File of an exported policy: numpy's arrays and a description in JSON, without pickled code."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium import spaces

from ...envs.core.spec import ActionSpace, GroupSpec
from ..core.learner import Learner
from ..core.policy_graph import NotExportable, PolicyGraph
from .load_policy import FORMAT, OPS

LOADER = Path(__file__).with_name("load_policy.py")
"""Loader that users copy beside the file."""


def export_graph(learner: Learner) -> PolicyGraph:
    """Build the graph of a learner's policy. Raises NotExportable."""
    graph = PolicyGraph(learner.group)
    learner.export_policy(graph)
    for node in graph.nodes:
        if node["op"] not in OPS:
            raise NotExportable(
                f"the policy of '{learner.group.name}' cannot be exported: its op '{node['op']}' is none of {', '.join(sorted(OPS))}"
            )
    return graph


def write_policy(graphs: Mapping[str, PolicyGraph], about: Mapping[str, Any]) -> bytes:
    """Contents of the file of a policy.

    Args:
        graphs: group name to the graph of its policy.
        about: what else the description says, such as the environment and the run.
    """
    arrays = {f"{name}/{key}": array for name, graph in graphs.items() for key, array in graph.arrays.items()}
    arrays["description"] = np.array(json.dumps(describe(graphs, about)))
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)  # pyright: ignore[reportArgumentType] (arrays have other names)
    return file.getvalue()


def describe(graphs: Mapping[str, PolicyGraph], about: Mapping[str, Any]) -> dict[str, Any]:
    """Description of a policy as plain values, which `Policy.about` of the loader reads back."""
    groups = {name: describe_group(graph.group) | graph.description() for name, graph in graphs.items()}
    return {"format": FORMAT, **about, "groups": groups}


def describe_group(group: GroupSpec) -> dict[str, Any]:
    """Agents and spaces of a group as plain values."""
    observation = group.observation_space
    return {
        "agents": list(group.agents),
        "observation_space": {"shape": list(observation.shape), "dtype": str(observation.dtype)},
        "action_space": describe_action_space(group.action_space),
        "has_action_mask": group.has_action_mask,
    }


def describe_action_space(space: ActionSpace) -> dict[str, Any]:
    """Action space as plain values; bounds of a Box are text, because JSON has no infinity."""
    if isinstance(space, spaces.Discrete):
        return {"type": "Discrete", "n": int(space.n), "start": int(space.start)}
    if isinstance(space, spaces.MultiDiscrete):
        return {"type": "MultiDiscrete", "nvec": space.nvec.tolist(), "start": space.start.tolist()}
    bounds = {name: [str(x) for x in getattr(space, name).ravel().tolist()] for name in ("low", "high")}
    return {"type": "Box", "shape": list(space.shape), **bounds}
