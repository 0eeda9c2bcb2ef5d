"""Runs with trackers, and what the trackers hold of them.

    python -m tests.training.support.tracked FOLDER TRACKER [break]

trains a run in FOLDER up to an update beyond its last checkpoint. Called again, it resumes the run
and ends it, as after a kill. It prints as JSON what the tracker then holds. With `break` the run is
trained to its end, and the tracker's store breaks in the middle.
"""

import csv
import json
import os
import signal
import sqlite3
import struct
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from stigmergy.training.callbacks import Callbacks, Report
from stigmergy.training.experiment import Experiment, build_experiment
from stigmergy.training.runs.checkpoint import list_checkpoints
from stigmergy.training.runs.run import Run
from stigmergy.training.runs.run_loop import Session
from stigmergy.training.sessions.opening import resume, start
from tests.training.support.small import digest

CONFIG: dict[str, Any] = {
    "environment": "games/matrix-v0",
    "algorithm": "ippo",
    "learner": {"network": {"hidden": [4]}, "epochs": 1, "minibatches": 1, "learning_rate": 0.125},
    "training": {
        "total_steps": 6 * 4 * 8,
        "num_envs": 4,
        "rollout_length": 8,
        "evaluation_interval": 2,
        "evaluation_episodes": 2,
        "checkpoint_interval": 2,
        "tensorboard": False,
        "threads": 1,
    },
}
STEPS = 4 * 8
"""Environment steps of an update."""
Series = dict[str, list[tuple[int, float]]]
"""Metric to its values by step, in the order in which they came."""


def tracked(**training: Any) -> Experiment:
    """The experiment with other training options."""
    return build_experiment(CONFIG | {"training": CONFIG["training"] | training})


def train(folder: Path, *callbacks: Callable[[Report], Any], **training: Any) -> Session:
    """A session of a new run that is over."""
    session = start(tracked(**training), str(folder), callbacks=Callbacks(callbacks))
    session.run()
    return session


def forget_newest_checkpoint(folder: Path) -> None:
    """Leave a run as if it was killed before its newest checkpoint."""
    list_checkpoints(Run(folder).checkpoints)[0].unlink()


def go_on(folder: Path) -> Session:
    """A session of a resumed run that is over."""
    session, _ = resume(str(folder))
    session.run()
    return session


def logged(folder: Path) -> Series:
    """The metrics of a run by its own log."""
    series: Series = {}
    with Run(folder).metrics.open(newline="") as file:
        for row in csv.DictReader(file):
            series.setdefault(row["name"], []).append((int(row["step"]), float(row["value"])))
    return series


def learnt(session: Session) -> str:
    """Digest of the state of a session's trainer."""
    return digest(session.trainer.state_dict())


def of_tensorboard(folder: Path) -> dict[str, Any]:
    """Read what TensorBoard shows."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder / "tensorboard"), {"scalars": 0, "images": 0, "tensors": 0})
    events.Reload()
    series = {tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
    text = [event.tensor_proto.string_val[0].decode() for event in events.Tensors("config/text_summary")]
    hparams = events.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    films = [event.step for event in events.Images("evaluation/video")] if events.Tags()["images"] else []
    return {"series": series, "config": "".join(text), "hparams": str(hparams), "films": films}


def of_wandb(folder: Path) -> dict[str, Any]:
    """Read what `wandb sync` would send, from all offline sessions in their order."""
    from wandb.proto.wandb_internal_pb2 import Record

    series, films, ids, config = {}, [], [], ""
    for file in sorted((folder / "trackers" / "wandb").glob("offline-run-*/*.wandb")):
        for data in _leveldb_records(file.read_bytes()):
            record = Record.FromString(data)
            if record.HasField("run"):
                ids.append(record.run.run_id)
                config += str({item.key: item.value_json for item in record.run.config.update})
            for item in record.history.item:
                name = item.key or "/".join(item.nested_key)
                if name.startswith("evaluation/video"):
                    films.append(record.history.step.num)
                elif not name.startswith("_"):
                    series.setdefault(name, []).append((record.history.step.num, json.loads(item.value_json)))
    return {"series": series, "config": config, "ids": ids, "films": sorted(set(films))}


def _leveldb_records(data: bytes, block: int = 1 << 15) -> Iterator[bytes]:
    """Records of a log file in LevelDB's format, after W&B's header of 7 bytes."""
    at, record = 7, b""
    while at < len(data):
        left = block - at % block
        _, length, kind = struct.unpack("<IHB", data[at : at + 7]) if left >= 7 else (0, 0, 0)
        if kind == 0:  # padding
            at += left
            continue
        record += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or its last part
            yield record
            record = b""


def of_mlflow(folder: Path) -> dict[str, Any]:
    """Read what MLflow's store holds."""
    from mlflow import MlflowClient

    remote, client = _remote(folder)["mlflow"], MlflowClient()
    run = client.get_run(remote["id"])
    series = {
        name: [(metric.step, metric.value) for metric in client.get_metric_history(remote["id"], name)]
        for name in run.data.metrics
    }
    films = [int(Path(file.path).stem.split("-")[1]) for file in client.list_artifacts(remote["id"], "videos")]
    runs = client.search_runs([run.info.experiment_id])
    text = client.download_artifacts(remote["id"], "config.yaml")
    known = str(run.data.params) + Path(text).read_text()
    return {
        "series": series,
        "config": known,
        "ids": [run.info.run_id for run in runs],
        "films": sorted(films),
        "status": run.info.status,
        "tags": run.data.tags,
    }


def of_trackio(folder: Path) -> dict[str, Any]:
    """Read what Trackio's local store holds."""
    from trackio.sqlite_storage import SQLiteStorage

    remote = _remote(folder)["trackio"]
    series, films = {}, []
    for row in SQLiteStorage.get_logs(remote["project"], remote["name"]):
        for name, value in row.items():
            if name == "evaluation/video":
                films.append(row["step"])
            elif name not in ("step", "timestamp"):
                series.setdefault(name, []).append((row["step"], value))
    config = str(SQLiteStorage.get_run_config(remote["project"], remote["name"]))
    return {"series": series, "config": config, "ids": SQLiteStorage.get_runs(remote["project"]), "films": films}


def _remote(folder: Path) -> dict[str, dict[str, str]]:
    return json.loads((folder / "trackers" / "remote.json").read_text())


READERS = {"tensorboard": of_tensorboard, "wandb": of_wandb, "mlflow": of_mlflow, "trackio": of_trackio}


def break_store(name: str) -> None:
    """Break what a tracker writes to: W&B's process is killed, MLflow's table of metrics goes."""
    if name == "wandb":
        for pid in _children(os.getpid(), "wandb-core"):
            os.kill(pid, signal.SIGKILL)
    else:
        store = sqlite3.connect(os.environ["MLFLOW_TRACKING_URI"].removeprefix("sqlite:///"))
        store.execute("DROP TABLE metrics")
        store.close()


def _children(pid: int, name: str) -> Iterable[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            own, state = (folder / "stat").read_text().rsplit(")", 1)
        except OSError:
            continue
        if name in own and int(state.split()[1]) == pid:
            yield int(folder.name)


def main(folder: Path, name: str, way: str = "") -> None:
    """Train or resume the run; print what the tracker holds."""
    options = {"trackers": [name], "tracker_video": True, "tracker_project": "courses", "tracker_group": "g"}
    said = []
    warnings.showwarning = lambda message, *_, **__: said.append(str(message))
    if way == "break":
        session = train(folder, lambda report: report.update == 3 and break_store(name) and None, **options)
        print(json.dumps({"learnt": learnt(session), "said": said}))
        return
    if Run(folder).is_begun():
        session = go_on(folder)
    else:
        session = train(folder, lambda report: report.update == 4, **options)
        forget_newest_checkpoint(folder)
    print(json.dumps({"learnt": learnt(session), "said": said, **READERS[name](folder)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
