"""Export of a run's policy to a file that plays without this package."""

import hashlib
import io
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from stigmergy.algorithms.core.learner import Learner
from stigmergy.algorithms.core.policy_graph import NotExportable, PolicyGraph
from stigmergy.algorithms.export.load_policy import Policy
from stigmergy.algorithms.export.onnx_file import write_onnx
from stigmergy.algorithms.export.policy_file import LOADER, export_graph, write_policy
from stigmergy.algorithms.export.verification import verify
from stigmergy.envs.core.validation import nearest
from stigmergy.envs.errors import BadParameter
from stigmergy.training.experiment import Experiment
from stigmergy.training.runs.restore import open_run, restore_learners
from stigmergy.training.runs.run import Run
from stigmergy.training.runs.storage import write_atomically
from stigmergy.version import version

ENDINGS = (".npz", ".onnx")


def export(
    run: str | os.PathLike[str],
    path: str | os.PathLike[str],
    groups: Sequence[str] = (),
    checkpoint: str = "last",
    loader: bool = False,
    trust: bool = False,
    given: Sequence[str] = (),
    warn: Callable[[str], None] = warnings.warn,
) -> Path:
    """Write the policy of a run to a file that plays without this package.

    `.npz` is for `load_policy.py`, which needs numpy alone, `.onnx` for runtimes of ONNX. Before
    it is written, the exported policy is compared with the learner on random observations.

    Args:
        run: the run folder.
        path: the file, ending in .npz or .onnx.
        groups: the groups to export; by default those that learn.
        checkpoint: `last`, or `best` by evaluation.
        loader: write `load_policy.py` beside the file.
        trust: agree to execute the code that the run names; see `load_policy`.
        given: plugins that stand for those of the run; see `open_run`.
        warn: takes a sentence for each damaged checkpoint that was skipped.

    Returns:
        The path of the file.

    Raises:
        BadParameter: there is no run, a group does not exist, or the path is not allowed.
        NotExportable: a policy has no description of its network, as scripted ones.
        NotAgreed: the run has code that you have not agreed to.
        UserError: no checkpoint can be read, or onnx is not installed.
    """
    path = Path(path)
    if path.suffix not in ENDINGS:
        raise BadParameter(
            f"the policy is to be written to '{path}', which ends with '{path.suffix}'; allowed is {' or '.join(ENDINGS)}"
        )
    beside = path.with_name(LOADER.name)
    if loader and beside.exists() and beside.read_bytes() != LOADER.read_bytes():
        raise BadParameter(f"'{beside}' exists and is another file than the loader; move it, or leave the loader out")
    opened, experiment = open_run(os.fspath(run), trust, given)
    env = experiment.make_env(1)
    try:
        learners, sentences = restore_learners(opened, experiment, env, checkpoint)
    finally:
        env.close()
    for sentence in sentences:
        warn(sentence)
    chosen = _choose(experiment, learners, groups)
    graphs = {name: export_graph(learner) for name, learner in chosen.items()}
    about = _about(opened, experiment, checkpoint, graphs)
    content = write_policy(graphs, about)
    for name, learner in chosen.items():
        verify(learner, Policy(io.BytesIO(content), name))
    write_atomically(path, write_onnx(graphs, about) if path.suffix == ".onnx" else content)
    if loader:
        write_atomically(beside, LOADER.read_bytes())
    return path


def _choose(experiment: Experiment, learners: Mapping[str, Learner], groups: Sequence[str]) -> dict[str, Learner]:
    """Learners of the chosen groups, by default of all that learn."""
    for name in groups:
        if name not in learners:
            raise BadParameter(f"'{experiment.environment}' has no group '{name}'.{nearest(name, list(learners))}")
    chosen = {name: learners[name] for name in groups or learners if groups or learners[name].learns}
    if not chosen:
        names = ", ".join(dict.fromkeys(experiment.learner_config(name).algorithm for name in learners))
        raise NotExportable(f"nothing of this run can be exported: it is played by {names}, which learn nothing")
    return chosen


def _about(run: Run, experiment: Experiment, checkpoint: str, graphs: Mapping[str, PolicyGraph]) -> dict[str, Any]:
    """Origin of the policy: the package, the environment and the run."""
    state, _ = run.load(checkpoint)
    plain = experiment.to_dict()
    sha = hashlib.sha256()
    for graph in graphs.values():
        for array in graph.arrays.values():
            sha.update(array.tobytes())
    return {
        "stigmergy": version(),
        "environment": {**state["environment"], "config": plain["task"]},
        "run": {
            "folder": run.folder.resolve().name,
            "checkpoint": checkpoint,
            "updates": state["progress"]["update"],
            "config_sha256": hashlib.sha256((run.folder / "config.yaml").read_bytes()).hexdigest(),
            "parameters_sha256": sha.hexdigest(),
            "algorithms": {name: experiment.learner_config(name).algorithm for name in graphs},
        },
    }
