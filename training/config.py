"""Options of the trainer."""

from dataclasses import dataclass
from typing import Annotated

from ..envs.core.config import Config
from ..envs.core.ranges import Count, CountOrZero, Interval, Steps
from ..envs.core.validation import LARGEST_SEED, MOST_THREADS
from ..envs.errors import BadParameter


@dataclass(frozen=True)
class TrainingConfig(Config):
    """Length, width and intervals of training."""

    seed: Annotated[int, Interval(ge=0, le=LARGEST_SEED)] = 0
    """Seed of everything that is random in the run."""
    total_steps: Count = 1_000_000
    """Environment steps of the run, summed over the envs."""
    num_envs: Count = 64
    """Envs that are stepped together."""
    rollout_length: Count = 32
    """Steps of each env between two updates."""
    device: str = "cpu"
    """Device of the networks: cpu, cuda, cuda:0, mps."""
    threads: Annotated[int, Interval(ge=0, le=MOST_THREADS)] = 0
    """CPU threads of networks and environments; 0 takes all. A resumed run is bit-exact on the same
    number."""
    schedule_start: CountOrZero = 0
    """Updates before schedules begin, such as an annealed learning rate."""
    schedule_length: CountOrZero = 0
    """Updates over which schedules run, after which the last value stays; 0 for all left."""
    evaluation_interval: CountOrZero = 50
    """Updates between evaluations; 0 switches them off."""
    evaluation_episodes: Count = 32
    """Episodes of each evaluation, played side by side in envs of their own."""
    evaluation_greedy: bool = False
    """Evaluate the most likely actions instead of drawn ones."""
    evaluation_max_steps: Steps | None = None
    """Steps after which the episodes of an evaluation are cut, which is said; left out, 1000 in an
    environment without a horizon."""
    best_metric: str = "return"
    """The evaluation outcome by which the best checkpoint is kept: return, length, or an episode
    metric; larger is better."""
    checkpoint_interval: CountOrZero = 50
    """Updates between checkpoints; 0 keeps only the one at the end."""
    tensorboard: bool = True
    """Write TensorBoard events into the run folder, as the tracker tensorboard does."""
    trackers: tuple[str, ...] = ()
    """Trackers that get the metrics beside metrics.csv: tensorboard, wandb, mlflow, trackio, or
    those of a plugin."""
    tracker_project: str = ""
    """Project of the run in W&B and Trackio, its experiment in MLflow; left out, that of the
    tracker's own environment variables, else stigmergy."""
    tracker_group: str = ""
    """Group of runs that the run belongs to in W&B and Trackio, a tag in MLflow."""
    tracker_entity: str = ""
    """User or team of W&B; left out, the default of the account."""
    tracker_video: bool = False
    """Give the trackers a film of the first episode of each evaluation."""

    def _check_together(self) -> None:
        super()._check_together()
        for name in self.trackers:
            if self.trackers.count(name) > 1:
                raise BadParameter(f"training.trackers names '{name}' twice; once is enough")
        if "tensorboard" in self.trackers and not self.tensorboard:
            raise BadParameter(
                "training.tensorboard is False, and training.trackers names tensorboard; leave one of them out"
            )
        if self.tracker_video and not self.tracker_names:
            raise BadParameter("training.tracker_video is True, and there is no tracker; name one in training.trackers")
        if self.tracker_video and not self.evaluation_interval:
            raise BadParameter(
                "training.tracker_video is True, and training.evaluation_interval is 0; films are made of evaluations"
            )

    @property
    def tracker_names(self) -> tuple[str, ...]:
        """Names of all trackers. TensorBoard's comes first if `tensorboard` is True."""
        further = tuple(name for name in self.trackers if name != "tensorboard")
        return ("tensorboard", *further) if self.tensorboard else further

    @property
    def num_updates(self) -> int:
        """Rollouts in the run: enough for `total_steps`, the last one whole."""
        return -(-self.total_steps // (self.num_envs * self.rollout_length))
