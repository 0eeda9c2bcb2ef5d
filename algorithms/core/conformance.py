"""Conformance card of a learner: the trainer's contract, and the declared information.

The checks work on any learner, above all a user's own, so every finding is a sentence. The tests of
this project apply the same checks to its own learners.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray

from ...envs.core.spec import GroupSpec
from ...envs.core.timestep import GroupStep
from ...envs.tools.conformance import Broken, Card, fill
from .learner import Decision, Information, Learner
from .rollout import Rollout

State = dict[str, torch.Tensor]  # parts of a state by name
SEED = 0


@dataclass(frozen=True)
class Subject:
    """The learner under test."""

    build: Callable[[], Learner]
    """Factory of the learner, which returns an equal one at each call."""
    experience: Sequence[Rollout]
    """At least two consecutive rollouts, collected by the learner without learning."""
    keep: Callable[[dict[str, Any]], dict[str, Any]] = copy.deepcopy
    """Save and load a state as a checkpoint does. Raises TypeError for unsupported values."""


def check(name: str, subject: Subject) -> Card:
    """Examine a learner on its experience."""
    topics: dict[str, Callable[[Subject], str]] = {
        "acting": _check_acting,
        "learning": _check_learning,
        "save and load": _check_resuming,
        "inactive rows": _check_inactive_rows,
        "information": _check_information,
    }
    card = Card(name)
    fill(card, topics, subject)
    return card


def _check_acting(subject: Subject) -> str:
    learner = subject.build()
    for greedy in (False, True):
        hidden_state = learner.initial_hidden_state(subject.experience[0].first.shape[1])
        for step in steps_of(subject.experience[0]):
            decision = learner.act(step, hidden_state, greedy)
            hidden_state = decision.hidden_state
            check_decision(learner.group, step, decision)
    return "actions have the shape and type of their space, and are legal where an agent acts"


def check_decision(group: GroupSpec, step: GroupStep, decision: Decision) -> None:
    """Check that actions fit the group's space, and are legal where agents are active.

    Raises:
        Broken: an action has another shape or dtype, lies outside the space, or is masked.
    """
    action = np.asarray(decision.action)
    expected = (*step.active.shape, *group.action_shape)
    if action.shape != expected or action.dtype != group.action_dtype:
        raise Broken(
            f"act gives actions of shape {action.shape} and type {action.dtype}; expected is {expected} and {group.action_dtype}"
        )
    for one in action[step.active]:
        if not group.action_space.contains(one):
            raise Broken(f"act gives an active agent the action {one}, outside {group.action_space}")
    if step.action_mask is None or isinstance(group.action_space, spaces.Box):
        return
    parts = (action - group.action_space.start).reshape(*step.active.shape, -1)
    sizes = np.reshape(getattr(group.action_space, "nvec", group.num_choices), -1)
    for begins, part in zip(np.cumsum(sizes) - sizes, np.moveaxis(parts, -1, 0), strict=True):
        at = np.where(step.active, begins + part, begins)[..., None]
        legal = np.take_along_axis(step.action_mask, at, -1)[..., 0]
        if not legal[step.active].all():
            raise Broken("act gives an active agent an action that its mask forbids")


def _check_learning(subject: Subject) -> str:
    learner = subject.build()
    for rollout in subject.experience:
        for name, value in learner.learn(rollout).items():
            if not np.isfinite(value):
                raise Broken(f"learn reports {value} as {name}")
    if not differences(tensors(subject.build().state_dict()), tensors(learner.state_dict())):
        raise Broken("learn changes nothing of what state_dict gives")
    return f"it learns from {len(subject.experience)} rollouts, and what it reports is finite"


def _check_resuming(subject: Subject) -> str:
    *first, last = subject.experience
    whole, restored = learn_from(subject.build(), first), subject.build()
    _play(whole, list(steps_of(first[0]))[:3])  # advances its random streams
    kept = _through_a_checkpoint(subject, whole)
    restored.load_state_dict(kept["state"])
    restored.load_experience(kept["experience"])
    steps = list(steps_of(last))[:3]
    ends = []
    for learner in (whole, restored):
        metrics = learner.learn(last)
        ends.append((metrics, _play(learner, steps), tensors(learner.state_dict())))
    (metrics, actions, state), (other_metrics, other_actions, other_state) = ends
    lost = "saved and loaded it does not go on as if nothing had been; state_dict lacks something"
    if metrics != other_metrics:
        raise Broken(f"{lost}: learn reports other numbers")
    if differences(state, other_state):
        raise Broken(f"{lost}: {', '.join(differences(state, other_state))} becomes another")
    if not all(np.array_equal(one, other) for one, other in zip(actions, other_actions)):
        raise Broken(f"{lost}: it acts differently, as without its random streams")
    return "saved and loaded, it resumes bit-exactly"


def _play(learner: Learner, steps: Sequence[GroupStep]) -> list[NDArray[Any]]:
    """Actions of the learner in the given steps."""
    hidden_state, actions = learner.initial_hidden_state(len(steps[0].first)), []
    for step in steps:
        decision = learner.act(step, hidden_state)
        hidden_state = decision.hidden_state
        actions.append(np.array(decision.action))
    return actions


def _through_a_checkpoint(subject: Subject, learner: Learner) -> dict[str, Any]:
    try:
        return subject.keep({"state": learner.state_dict(), "experience": learner.experience()})
    except TypeError as error:
        raise Broken(f"what state_dict gives cannot be kept: {error}") from error


def _check_inactive_rows(subject: Subject) -> str:
    if all(rollout.active.all() for rollout in subject.experience):
        return "nobody was inactive here, so this could not be tried"
    state = tensors(learn_from(subject.build(), subject.experience).state_dict())
    for garbage in (np.nan, 7.0):
        rng = np.random.default_rng(SEED)
        corrupted = [fill_garbage(rollout, garbage, rng) for rollout in subject.experience]
        moved = differences(state, tensors(learn_from(subject.build(), corrupted).state_dict()))
        if moved:
            raise Broken(f"what stands in rows of inactive agents changes what is learnt: {', '.join(moved)}")
    return "what stands in rows of inactive agents changes no bit of what is learnt"


def _check_information(subject: Subject) -> str:
    learner = subject.build()
    n = learner.group.size
    if learner.information is Information.JOINT:
        return "it declares JOINT, so that training may see everything"
    if n == 1:
        return "there is one agent, so that there are no others to see"
    if getattr(getattr(learner.config, "network", None), "sharing", "none") != "none":
        return "its agents share parameters, so that each learns from the data of all"
    for agent in (0, n - 1):
        moved = seen_of_others(subject, agent)
        if moved:
            raise Broken(
                f"it declares {learner.information.name}, and what {learner.group.agents[agent]} learns changes with the other agents' data: "
                f"{', '.join(moved)}"
            )
    return "no bit of what an agent learns changes with the other agents' observations, actions and rewards"


# Parts of the checks, which the tests of the project's own learners use too.


def learn_from(learner: Learner, experience: Sequence[Rollout]) -> Learner:
    """Train a learner on rollouts, and return it."""
    for rollout in experience:
        learner.learn(rollout)
    return learner


def steps_of(rollout: Rollout) -> Iterator[GroupStep]:
    """Steps of a rollout as its learner received them."""
    for t in range(len(rollout.first)):
        nothing = np.zeros_like(rollout.reward[0])
        yield GroupStep(
            observation=rollout.observation[t],
            action_mask=None if rollout.action_mask is None else rollout.action_mask[t],
            reward=rollout.reward[t - 1] if t else nothing,
            terminated=rollout.terminated[t - 1] if t else nothing.astype(np.bool_),
            active=rollout.active[t],
            truncated=rollout.truncated[t - 1] if t else np.zeros_like(rollout.first[0]),
            first=rollout.first[t],
        )


def tensors(state: Any, path: str = "") -> State:
    """Tensors and numbers of a nested state by path, without the random streams."""
    if isinstance(state, (list, tuple)):
        state = dict(enumerate(state))
    if not isinstance(state, dict):
        return {} if isinstance(state, str) or state is None else {path: torch.as_tensor(state)}
    found: State = {}
    for name, part in state.items():
        if name != "streams":
            found |= tensors(part, f"{path}/{name}" if path else str(name))
    return found


def of_agent(learner: Learner, agent: int) -> State:
    """Part of the learnt state that belongs to agent `agent`.

    Tensors with a row for each agent give that agent's row; all other tensors are given whole.
    """
    state = tensors(learner.state_dict())
    return {name: x[agent] if x.dim() and len(x) == learner.group.size else x for name, x in state.items()}


def differences(one: State, other: State) -> list[str]:
    """Names of the parts that are not bit-identical; NaN equals NaN."""
    return [name for name in one | other if name not in one or name not in other or not _equal(one[name], other[name])]


def _equal(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape == other.shape and np.array_equal(one.detach().numpy(), other.detach().numpy(), equal_nan=True)


def seen_of_others(subject: Subject, agent: int) -> list[str]:
    """Parts of agent `agent`'s learnt state that depend on data of the other agents.

    The learner learns once from its experience and once with all data of the other agents changed.
    The names of the parts that differ are returned.
    """
    rng = np.random.default_rng(SEED)
    changed = [disturb_others(rollout, agent, rng) for rollout in subject.experience]
    one, other = (learn_from(subject.build(), experience) for experience in (subject.experience, changed))
    return differences(of_agent(one, agent), of_agent(other, agent))


def shuffle_agents(
    x: NDArray[Any], others: NDArray[np.bool_], rng: np.random.Generator, noise: float = 1.0
) -> NDArray[Any]:
    """Array `(T, E, n, ...)` with the rows of the agents `others` (n,) permuted.

    Real numbers also get normal noise of standard deviation `noise`. The argument is not changed.
    """
    x = x.copy()
    part = x[:, :, others]
    # Permuting keeps actions in range.
    part = rng.permutation(part.reshape(-1, *part.shape[3:])).reshape(part.shape)
    x[:, :, others] = part + noise * rng.normal(size=part.shape) if np.issubdtype(x.dtype, np.floating) else part
    return x


def disturb_others(rollout: Rollout, agent: int, rng: np.random.Generator) -> Rollout:
    """Copy of a rollout with all data of the other agents changed."""
    others = np.arange(rollout.reward.shape[2]) != agent

    def flipped(x: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.where(others, x ^ (rng.random(x.shape) < 0.3), x)

    def shuffled(x: Any) -> Any:
        if isinstance(x, dict):
            return {name: shuffled(part) for name, part in x.items()}
        if isinstance(x, (list, tuple)):
            return type(x)(shuffled(part) for part in x)
        if not isinstance(x, torch.Tensor) or x.dim() < 2 or x.shape[1] != len(others):
            return x
        return torch.from_numpy(shuffle_agents(x.cpu().numpy()[None], others, rng)[0])

    # Every action of the others is legal, whichever one the permutation gives.
    mask = None if rollout.action_mask is None else rollout.action_mask | others[:, None]
    return rollout._replace(
        observation=shuffle_agents(rollout.observation, others, rng),
        action_mask=mask,
        active=flipped(rollout.active),
        action=shuffle_agents(rollout.action, others, rng),
        reward=shuffle_agents(rollout.reward, others, rng, noise=100.0),
        terminated=flipped(rollout.terminated),
        record={name: shuffle_agents(x, others, rng, noise=0.1) for name, x in rollout.record.items()},
        hidden_state=shuffled(rollout.hidden_state),
        last_hidden_state=shuffled(rollout.last_hidden_state),
    )


def rewards_without_owner(rollout: Rollout) -> NDArray[np.bool_]:
    """Mask `(T, E, n)` of the rewards that belong to no agent.

    These are rewards after an agent's own end, and rewards on the step into the next episode.
    """
    gone = np.zeros(rollout.reward.shape, np.bool_)
    gone[1:] = rollout.terminated[:-1] & ~rollout.first[1:-1, :, None]
    return gone | rollout.first[1:, :, None]


def fill_garbage(rollout: Rollout, garbage: float, rng: np.random.Generator, wild: bool = False) -> Rollout:
    """Copy of a rollout with garbage in every row without a meaning.

    Bools become random bits, real numbers become `garbage`. Integers come from other rows, so that
    actions stay in range, or with `wild` are drawn from 0 to 255.
    """
    idle = ~rollout.active

    def corrupt(x: NDArray[Any], where: NDArray[np.bool_]) -> NDArray[Any]:
        where = where.reshape(*where.shape, *[1] * (x.ndim - 3))
        if x.dtype == np.bool_:
            return np.where(where, rng.random(x.shape) < 0.5, x)
        if np.issubdtype(x.dtype, np.floating):
            return np.where(where, np.asarray(garbage, x.dtype), x)
        other = rng.integers(0, 256, x.shape) if wild else rng.permutation(x.reshape(-1, *x.shape[3:])).reshape(x.shape)
        return np.where(where, other, x).astype(x.dtype)

    return rollout._replace(
        observation=corrupt(rollout.observation, idle),
        action_mask=None if rollout.action_mask is None else corrupt(rollout.action_mask, idle),
        action=corrupt(rollout.action, ~rollout.valid),
        reward=corrupt(rollout.reward, rewards_without_owner(rollout)),
        # Records of ignored actions stay: an episode's last value is its bootstrap.
        record={name: corrupt(x, idle[:-1]) for name, x in rollout.record.items()},
    )
