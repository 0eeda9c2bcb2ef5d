"""Options of the trainer."""

from dataclasses import dataclass

from ..envs.core.validation import LARGEST_INTEGER, LARGEST_SEED, MOST_STEPS, MOST_THREADS, check_within


@dataclass(frozen=True)
class TrainingConfig:
    """Length, width and intervals of training."""

    seed: int = 0
    """Seed of everything that is random in the run."""
    total_steps: int = 1_000_000
    """Environment steps of the run, summed over the envs."""
    num_envs: int = 64
    """Envs that are stepped together."""
    rollout_length: int = 32
    """Steps of each env between two updates."""
    device: str = "cpu"
    """Device of the networks: cpu, cuda, cuda:0, mps."""
    threads: int = 0
    """CPU threads of networks and environments; 0 takes all. A resumed run is bit-exact on the same
    number."""
    evaluation_interval: int = 50
    """Updates between evaluations; 0 switches them off."""
    evaluation_episodes: int = 32
    """Episodes of each evaluation, played side by side in envs of their own."""
    evaluation_greedy: bool = False
    """Evaluate the most likely actions instead of drawn ones."""
    evaluation_max_steps: int | None = None
    """Steps after which the episodes of an evaluation are cut, which is said; left out, 1000 in an
    environment without a horizon."""
    best_metric: str = "return"
    """The evaluation outcome by which the best checkpoint is kept: return, length, or an episode
    metric; larger is better."""
    checkpoint_interval: int = 50
    """Updates between checkpoints; 0 keeps only the one at the end."""
    tensorboard: bool = True
    """Write TensorBoard events into the run folder."""

    def __post_init__(self):
        for name in ("total_steps", "num_envs", "rollout_length", "evaluation_episodes"):
            check_within(name, getattr(self, name), 1, LARGEST_INTEGER)
        for name in ("evaluation_interval", "checkpoint_interval"):
            check_within(name, getattr(self, name), 0, LARGEST_INTEGER)
        check_within("seed", self.seed, 0, LARGEST_SEED)
        check_within("threads", self.threads, 0, MOST_THREADS)
        if self.evaluation_max_steps is not None:
            check_within("evaluation_max_steps", self.evaluation_max_steps, 1, MOST_STEPS)

    @property
    def num_updates(self) -> int:
        """Rollouts in the run: enough for `total_steps`, the last one whole."""
        return -(-self.total_steps // (self.num_envs * self.rollout_length))
