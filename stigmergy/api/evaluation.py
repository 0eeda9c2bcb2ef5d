"""Evaluation of a run, beside baselines that play the same episodes."""

import dataclasses
import html
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stigmergy.algorithms.core.learner import Learner, derive_seed
from stigmergy.algorithms.core.make import build_config, learner_class
from stigmergy.api.configs import override_task
from stigmergy.cli.given_code import load_given_code
from stigmergy.envs.core.env import BatchEnv
from stigmergy.envs.core.scripted_policy import in_world
from stigmergy.envs.core.validation import check_within
from stigmergy.envs.errors import BadParameter
from stigmergy.training import evaluation
from stigmergy.training.confidence_intervals import mean_and_interval, with_interval
from stigmergy.training.evaluation import Outcomes, cut_sentence, step_limit
from stigmergy.training.experiment import Experiment, LearnerConfig
from stigmergy.training.runs.restore import open_run, restore_learners
from stigmergy.training.runs.run import Run
from stigmergy.training.runs.run_files import is_policy_file, is_run
from stigmergy.training.system import count_cores, set_threads
from stigmergy.training.trainer import build_learners

Warn = Callable[[str], None]


class Evaluation:
    """Outcomes of episodes, for each player.

    Attributes:
        players: names of the players: the run first, then the baselines.
        outcomes: player to outcome, such as `return`, to its values, `(episodes,)`; NaN where an
            episode has none.
    """

    def __init__(self, results: Mapping[str, Outcomes]):
        self.results = dict(results)
        self.players = list(results)
        self.outcomes: dict[str, dict[str, NDArray[Any]]] = {name: own.columns() for name, own in results.items()}

    def interval(self, outcome: str = "return", player: str | None = None) -> tuple[float, float, float]:
        """Mean of an outcome over the episodes, and the ends of its 95% interval.

        Args:
            player: left out, the run.

        Raises:
            BadParameter: there is no such player or outcome.
        """
        name = self.players[0] if player is None else player
        if name not in self.outcomes or outcome not in self.outcomes[name]:
            known = ", ".join(self.outcomes.get(name, self.players))
            raise BadParameter(f"there is no outcome '{outcome}' of '{name}'; allowed is {known}")
        return mean_and_interval(self.outcomes[name][outcome])

    def mean(self, outcome: str = "return", player: str | None = None) -> float:
        """Mean of an outcome over the episodes; see `interval`."""
        return float(self.interval(outcome, player)[0])

    def _rows(self) -> list[list[str]]:
        names = dict.fromkeys(name for own in self.outcomes.values() for name in own)
        return [[name, *(cell(own.get(name)) for own in self.outcomes.values())] for name in names]

    def __repr__(self) -> str:
        shown = ", ".join(f"{player}: return {self.mean(player=player):.4g}" for player in self.players)
        return f"Evaluation({shown})"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in ["outcome", *self.players])
        rows = ["".join(f"<td>{html.escape(text)}</td>" for text in row) for row in self._rows()]
        return f"<table><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def evaluate(
    run: str | os.PathLike[str],
    episodes: int = 64,
    *,
    against: Sequence[str] = (),
    overrides: Mapping[str, Any] | None = None,
    environment: str | None = None,
    checkpoint: str = "last",
    seed: int = 1000,
    greedy: bool = False,
    max_steps: int | None = None,
    plugins: Sequence[str] = (),
    trust: bool = False,
) -> Evaluation:
    """Play whole episodes with a run's policy as `stigmergy evaluate` does.

    Args:
        episodes: episodes, played side by side.
        against: algorithms that need no training, such as `random`, folders of other runs, or
            files of `stigmergy.export`, to play the same episodes; `prey=flee` puts one in the
            place of a single group.
        overrides: dotted keys of the environment, such as `task.num_agents`, to their values.
        environment: another environment to play in.
        checkpoint: `last`, or `best` by evaluation.
        seed: seed of the episodes.
        greedy: take the most likely actions instead of drawing them.
        max_steps: steps after which an episode is cut; left out, 1000 without a horizon.
        plugins, trust: as for `stigmergy.resume`.

    Raises:
        UserError: there is no run in the folder, its policy does not fit, or a value is not
            allowed.
    """
    check_within("episodes", episodes, 1)
    given = load_given_code([*(["--plugin", *plugins] if plugins else []), *filter(None, ["--", environment])])
    opened, experiment = open_run(os.fspath(run), trust, given)
    elsewhere = experiment.elsewhere(environment) if environment else experiment
    changed = override_task(elsewhere, overrides or {})
    results, limit = evaluate_run(
        opened, experiment, changed, episodes, against, checkpoint, seed, greedy, max_steps, warnings.warn, trust, given
    )
    for player, outcomes in results.items():
        sentence = cut_sentence(outcomes, limit, "max_steps")
        if sentence:
            warnings.warn(f"{player}: {sentence}", stacklevel=2)
    return Evaluation(results)


def evaluate_run(
    run: Run,
    experiment: Experiment,
    changed: Experiment,
    episodes: int,
    against: Sequence[str],
    checkpoint: str,
    seed: int,
    greedy: bool,
    max_steps: int | None,
    warn: Warn,
    trust: bool = False,
    given: Sequence[str] = (),
) -> tuple[dict[str, Outcomes], int | None]:
    """Outcomes of the run and of the baselines `against`, by player, and the limit of steps.

    Args:
        experiment: that of the run.
        changed: the same in the environment to play in.
        warn: gets sentences on skipped checkpoints.
        trust, given: as for `open_run`, for runs among the baselines.

    Other arguments and errors are those of `evaluate`.
    """
    set_threads(min(experiment.training.threads, count_cores()))
    env = changed.make_env(episodes)
    learners, sentences = restore_learners(run, experiment, env, checkpoint)
    for sentence in sentences:
        warn(sentence)
    limit = step_limit(env.spec, max_steps)
    results = {label(run, changed, env): evaluation.evaluate(env, learners, seed, greedy, limit)}
    for name in against:
        if is_run(split(name)[1]):
            open_run(split(name)[1], trust, given)
        players = learners | baseline(changed, env, name, seed, warn)
        results[name] = evaluation.evaluate(env, players, seed, greedy, limit)
    return results, limit


def baseline(
    experiment: Experiment, env: BatchEnv, name: str, seed: int, warn: Warn = warnings.warn
) -> dict[str, Learner]:
    """Replace learners by an untrained algorithm: group name to the learner that plays it.

    A plain `name` plays the groups that it can, in place of learners that learn; scripted policies
    stay. `group=name` plays that group.

    Raises:
        UnknownName: there is no such algorithm.
        BadParameter: there is no such group, or the algorithm plays none of them.
    """
    group, algorithm = split(name)
    cls = learner_class(algorithm)
    if cls.learns:
        warn(f"'{name}' is a learner that nobody has trained; it plays with the networks that it begins with")
    named = [group] if group else [own.name for own in env.spec.groups if cls.plays(in_world(env.spec, own)[1])]
    if not named:
        raise BadParameter(
            f"the algorithm '{algorithm}' plays none of the groups of '{env.spec.id}', which are {', '.join(own.name for own in env.spec.groups)}"
        )
    learning = [own for own in named if group or learner_class(experiment.learner_config(own).algorithm).learns]
    learner_config = LearnerConfig(algorithm, build_config(algorithm, {}))
    here = {own.name: experiment.learner_config(own.name) for own in env.spec.groups}
    changed = dataclasses.replace(experiment, learners={**here, **dict.fromkeys(learning or named, learner_config)})
    players = build_learners(changed, env, derive_seed(seed, name))
    return {own: players[own] for own in learning or named}


def split(name: str) -> tuple[str, str]:
    """Split `group=algorithm` into the group and the algorithm.

    The group is empty for a plain algorithm, and for a folder of a run with = in its name.
    """
    if "=" not in name or is_run(name) or is_policy_file(name):
        return "", name
    group, _, algorithm = name.partition("=")
    return group, algorithm


def label(run: Run, experiment: Experiment, env: BatchEnv) -> str:
    """Name the column of a run by its algorithms and its folder."""
    return f"{' + '.join(dict.fromkeys(experiment.players(env).values()))} ({run.folder.name})"


def cell(values: np.ndarray | None) -> str:
    """Mean and interval of one value an episode, as text; empty if there are no values."""
    return "" if values is None else with_interval(*mean_and_interval(values))
