"""Suggestions for mistyped options: by their end, by names in other packages, by letters."""

from collections.abc import Iterable, Sequence

from stigmergy.envs.core.validation import nearest

COMMANDS = {
    "eval": ("evaluate",),
    "test": ("evaluate", "check"),
    "score": ("evaluate",),
    "benchmark": ("evaluate",),
    "play": ("render", "evaluate"),
    "enjoy": ("render",),
    "watch": ("render",),
    "show": ("render", "list"),
    "view": ("render",),
    "video": ("render",),
    "record": ("render",),
    "run": ("train",),
    "start": ("train",),
    "learn": ("train",),
    "fit": ("train",),
    "grid": ("sweep",),
    "search": ("sweep",),
    "tune": ("sweep",),
    "multirun": ("sweep",),
    "continue": ("resume",),
    "restart": ("resume",),
    "ls": ("list",),
    "envs": ("list",),
    "environments": ("list",),
    "algorithms": ("list",),
    "configs": ("list",),
    "graph": ("plot",),
    "curve": ("plot",),
    "curves": ("plot",),
    "validate": ("check",),
    "verify": ("check",),
}
"""Words of other programs, and the corresponding commands here."""

OPTIONS = {
    "lr": ("learning-rate",),
    "alpha": ("learning-rate",),
    "step-size": ("learning-rate",),
    "rate": ("learning-rate",),
    "discount": ("gamma",),
    "discount-factor": ("gamma",),
    "steps": ("total-steps", "max-steps"),
    "num-steps": ("total-steps", "rollout-length", "steps"),
    "max-steps": ("total-steps", "max-cycles"),
    "timesteps": ("total-steps",),
    "total-timesteps": ("total-steps",),
    "num-timesteps": ("total-steps",),
    "total-env-steps": ("total-steps",),
    "frames": ("total-steps", "steps"),
    "iterations": ("total-steps",),
    "n-steps": ("rollout-length",),
    "rollout": ("rollout-length",),
    "rollout-steps": ("rollout-length",),
    "unroll-length": ("rollout-length",),
    "horizon": ("max-cycles", "rollout-length"),
    "episode-length": ("max-cycles", "max-steps"),
    "max-episode-steps": ("max-cycles", "max-steps"),
    "env": ("environment",),
    "env-id": ("environment",),
    "env-name": ("environment",),
    "task": ("environment",),
    "game": ("environment",),
    "scenario": ("environment",),
    "algo": ("algorithm",),
    "alg": ("algorithm",),
    "agent": ("algorithm",),
    "learner": ("algorithm",),
    "policy": ("algorithm",),
    "gpu": ("device",),
    "cuda": ("device",),
    "cpu": ("device",),
    "use-cuda": ("device",),
    "accelerator": ("device",),
    "n-envs": ("num-envs",),
    "envs": ("num-envs",),
    "num-copies": ("num-envs",),
    "num-workers": ("num-envs", "threads"),
    "workers": ("num-envs", "threads"),
    "cores": ("threads",),
    "cpus": ("threads",),
    "jobs": ("threads",),
    "num-threads": ("threads",),
    "agents": ("num-agents",),
    "n-agents": ("num-agents",),
    "batch": ("batch-size", "minibatches"),
    "batch-size": ("minibatches",),
    "minibatch-size": ("minibatches",),
    "num-minibatches": ("minibatches",),
    "update-epochs": ("epochs",),
    "n-epochs": ("epochs",),
    "num-epochs": ("epochs",),
    "ppo-epochs": ("epochs",),
    "lambda": ("gae-lambda", "return-lambda"),
    "gae": ("gae-lambda",),
    "lam": ("gae-lambda",),
    "clip-range": ("clip",),
    "clip-coef": ("clip",),
    "clip-eps": ("clip",),
    "clip-param": ("clip",),
    "ent-coef": ("entropy",),
    "entropy-coef": ("entropy",),
    "entropy-coefficient": ("entropy",),
    "vf-coef": ("value-coefficient",),
    "value-coef": ("value-coefficient",),
    "grad-clip": ("max-grad-norm",),
    "tau": ("target-tau",),
    "buffer": ("buffer-size",),
    "replay-size": ("buffer-size",),
    "epsilon": ("epsilon-start",),
    "hidden-size": ("hidden",),
    "hidden-sizes": ("hidden",),
    "hidden-dim": ("hidden",),
    "layers": ("hidden",),
    "width": ("hidden",),
    "rnn": ("memory",),
    "gru": ("memory",),
    "lstm": ("memory",),
    "share": ("sharing",),
    "parameter-sharing": ("sharing",),
    "eval-interval": ("evaluation-interval",),
    "eval-freq": ("evaluation-interval",),
    "eval-episodes": ("evaluation-episodes",),
    "save-interval": ("checkpoint-interval",),
    "save-freq": ("checkpoint-interval",),
    "n-episodes": ("episodes",),
    "num-episodes": ("episodes",),
    "deterministic": ("greedy",),
    "baseline": ("against",),
    "baselines": ("against",),
    "opponent": ("against",),
    "out": ("output",),
    "file": ("output",),
    "save": ("output", "run"),
    "save-path": ("output", "run"),
    "logdir": ("run",),
    "log-dir": ("run",),
    "save-dir": ("run",),
    "output": ("run",),
    "output-dir": ("run", "output"),
    "folder": ("run",),
    "name": ("run",),
    "exp-name": ("run",),
    "tb": ("tensorboard",),
    "wandb": ("trackers",),
    "track": ("trackers",),
    "tracker": ("trackers",),
    "logger": ("trackers",),
    "loggers": ("trackers",),
    "report-to": ("trackers",),
    "project": ("tracker-project",),
    "wandb-project": ("tracker-project",),
    "wandb-project-name": ("tracker-project",),
    "group": ("tracker-group",),
    "entity": ("tracker-entity",),
    "wandb-entity": ("tracker-entity",),
    "capture-video": ("tracker-video",),
    "random-seed": ("seed",),
    "rng": ("seed",),
    "metric": ("metrics",),
    "plugins": ("plugin",),
    "import": ("plugin",),
    "module": ("plugin",),
    "best": ("checkpoint",),
    "gui": ("window",),
    "display": ("window",),
    "speed": ("fps",),
    "size": ("height", "side"),
}
"""Name of an option in other packages to its names here, the likeliest first."""


def nearest_command(given: str, known: Sequence[str]) -> str:
    """Hint such as ` Did you mean 'evaluate' or 'check'?`."""
    meant = [name for name in COMMANDS.get(given.lower(), ()) if name in known]
    return _question(meant) if meant else nearest(given, list(known))


def nearest_option(given: str, known: Sequence[str]) -> str:
    """Hint such as ` Did you mean '--training.seed'?` for the option `given`, such as `--seed`.

    Options with the same last word come first, then those for which other packages use the name,
    then those with similar letters.
    """
    path = given.lstrip("-").lower().replace("_", "-").split(".")
    leaf, prefix = path[-1], path[:-1]
    for words in ((leaf,), OPTIONS.get(leaf, ()), OPTIONS.get(leaf.removeprefix("no-"), ())):
        for word in words:
            meant = _best([name for name in known if name[2:].split(".")[-1] == word and name != given], prefix)
            if meant:
                return _question(meant)
    return nearest(given, list(known))


def _best(names: list[str], prefix: list[str]) -> list[str]:
    """Options that share most of the prefix, of those with the same end; at most three.

    Shorter ones come first.
    """

    def shared(name: str) -> int:
        return sum(part in name[2:].split(".")[:-1] for part in prefix)

    most = max(map(shared, names), default=0)
    return sorted((name for name in names if shared(name) == most), key=lambda name: name.count("."))[:3]


def _question(names: Iterable[str]) -> str:
    return f" Did you mean {' or '.join(repr(name) for name in names)}?"
