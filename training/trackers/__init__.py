"""Trackers, which show the metrics of runs. Importing this registers them and loads none."""

from .registry import register_tracker, trackers

_PLACE = "stigmergy.training.trackers"
register_tracker(
    "tensorboard",
    f"{_PLACE}.tensorboard:TensorBoardTracker",
    description="TensorBoard events in the run folder",
)
register_tracker(
    "wandb", f"{_PLACE}.wandb:WandbTracker", description="Weights & Biases, online or offline; extra `wandb`"
)
register_tracker(
    "mlflow", f"{_PLACE}.mlflow:MlflowTracker", description="MLflow, in a local store or on a server; extra `mlflow`"
)
register_tracker(
    "trackio", f"{_PLACE}.trackio:TrackioTracker", description="Trackio, local or on a server; extra `trackio`"
)

__all__ = ["register_tracker", "trackers"]
