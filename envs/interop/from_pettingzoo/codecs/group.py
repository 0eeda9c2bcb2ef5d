"""The one place that reads what environments give: it checks all of it, and writes clean rows."""

from collections.abc import Hashable, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....core.timestep import GroupStep
from ..drivers import Moment
from .actions import ActionCodec
from .faults import Reporter
from .grouping import Member
from .masks import MaskedObservation
from .values import Unfit, as_flag, as_number, short

NO_INFO: Mapping[Any, Any] = {}
ABSENT: Any = object()
LARGEST = float(np.finfo(np.float32).max)
FLAGS = "a bool for each agent that observes"


class GroupCodec(NamedTuple):
    """Codecs of one group: observations, masks and actions."""

    observation: MaskedObservation
    action: ActionCodec

    def read(
        self, observation: Any, info: Mapping[Any, Any] | None = None
    ) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
        """Write one agent's observation as a row; return its mask `(choices,)`, if there is one.

        Raises:
            Unfit: the observation, or the mask, is not of its space.
        """
        row = self.observation.box.read(self.observation.inner(observation))
        mask = self.observation.mask(observation, info or NO_INFO) if self.action.masked else None
        return row, None if mask is None else self.action.mask(mask)


class Allowed(IntEnum):
    """Extent of an action mask."""

    NONE = 0
    SOME = 1
    ALL = 2


class Seat(NamedTuple):
    """One agent's place in the arrays of all environments."""

    key: Hashable
    name: str
    group: str
    i: int
    rows: GroupStep
    codec: GroupCodec


class Intake:
    """Reads `Moment`s into the arrays of all groups.

    Args:
        weights: for vectors of rewards.
    """

    def __init__(self, seats: list[Seat], reporter: Reporter, weights: tuple[float, ...]):
        self.seats = seats
        self.known = frozenset(seat.key for seat in seats)
        self._reporter = reporter
        self._weights = weights

    def present(self, moment: Moment, step: int) -> frozenset[Hashable]:
        """The agents that are there.

        Raises BrokenEnvironment if one of them is none of `possible_agents`.
        """
        there = frozenset(moment.agents)
        if not there <= self.known:
            stranger = next(agent for agent in moment.agents if agent not in self.known)
            raise self._reporter.form(
                moment.method, step, f"brings the agent {stranger!r} into `agents`",
                f"agents that `possible_agents` names, which are {', '.join(repr(seat.key) for seat in self.seats)}",
            )  # fmt: skip
        return there

    def read(self, seat: Seat, c: int, moment: Moment, is_there: bool, step: int) -> tuple[bool, bool, bool, Allowed]:
        """Read one agent of env `c`: reward, flags and, while it takes part, observation and mask.

        Returns:
            Whether it observes, is terminated, is truncated, and what its mask allows; the rest
            stands in the arrays.

        Raises:
            BrokenEnvironment: something is not as it was declared, or as PettingZoo asks.
        """
        key, rows = seat.key, seat.rows
        given = moment.observations.get(key, ABSENT)
        observes = given is not ABSENT
        terminated = truncated = False
        if step > 0:
            reward = moment.rewards.get(key, 0.0)
            if type(reward) is not float or self._weights or not -LARGEST <= reward <= LARGEST:
                reward = self._reward(seat, moment, step)
            rows.reward[c, seat.i] = reward
            terminated, truncated = moment.terminations.get(key), moment.truncations.get(key)
            if terminated is not False:
                terminated = self._flag(seat, moment, "terminations", is_there and observes, step)
            if truncated is not False:
                truncated = self._flag(seat, moment, "truncations", is_there and observes, step)
            observes = observes and not (given is None and (terminated or truncated))
        if not observes or terminated:
            return observes, terminated, truncated, Allowed.ALL
        codec = seat.codec.observation
        try:
            codec.write(given, rows.observation[c, seat.i])
        except Unfit as reason:
            declared = f"its observation_space declares {codec.declared}"
            raise self._reporter.misfit(moment.method, step, key, "an observation", reason, declared) from None
        info = self.info(seat, moment, step)
        if rows.action_mask is None:
            return True, False, truncated, Allowed.ALL
        mask = codec.mask(given, info)
        return True, False, truncated, Allowed.ALL if mask is None else self._mask(seat, c, moment, mask, step)

    def info(self, seat: Seat, moment: Moment, step: int) -> Mapping[Any, Any]:
        """An agent's info; a missing one is empty. Raises BrokenEnvironment if it is no dict."""
        info = moment.infos.get(seat.key, NO_INFO)
        if type(info) is not dict and not isinstance(info, Mapping):
            declared = "PettingZoo asks for a dict, which may be empty"
            raise self._reporter.misfit(moment.method, step, seat.key, "an info", f"is {info!r}", declared)
        return info

    def check_numbers(self, checked: NDArray[np.bool_], steps: list[int], methods: list[str]) -> None:
        """Compare what stands in the arrays with the declared bounds, all environments at once.

        Args:
            checked: (num_envs,) where to look.
            steps, methods: of each environment, for the sentence.

        Raises:
            BrokenEnvironment: a number is not finite, or outside of its bounds.
        """
        done = ""
        for seat in self.seats:
            if seat.group == done:
                continue
            done = seat.group
            box, rows = seat.codec.observation.box, seat.rows
            if box.needs_no_check:
                continue
            fits = box.holds(rows.observation)
            if not fits.all():
                bad = ~fits.reshape(*rows.active.shape, -1).all(axis=2) & rows.active & checked[:, None]
                if bad.any():
                    self._report(seat.group, bad, steps, methods)

    def _reward(self, seat: Seat, moment: Moment, step: int) -> float:
        value = moment.rewards.get(seat.key, 0.0)
        try:
            number = value if type(value) is float and not self._weights else as_number(value, self._weights)
            if -LARGEST <= number <= LARGEST:
                return number
            raise Unfit(f"is {short(value)}")
        except Unfit as reason:
            asked = "PettingZoo asks for a number, and learners for a finite one that float32 holds"
            raise self._reporter.misfit(moment.method, step, seat.key, "a reward", reason, asked) from None

    def _flag(self, seat: Seat, moment: Moment, kind: str, expected: bool, step: int) -> bool:
        flags: Mapping[Any, Any] = getattr(moment, kind)
        value = flags.get(seat.key)
        if value is False or value is True:
            return value
        if seat.key not in flags:
            if expected:
                keys = ", ".join(repr(key) for key in flags) or "nothing"
                what = f"gives the agent {seat.key!r} an observation and no entry in {kind}, which has {keys},"
                raise self._reporter.form(moment.method, step, what, FLAGS)
            return False
        try:
            return as_flag(value)
        except Unfit as reason:
            what = f"an entry in {kind}"
            raise self._reporter.misfit(
                moment.method, step, seat.key, what, reason, f"PettingZoo asks for {FLAGS}"
            ) from None

    def _mask(self, seat: Seat, c: int, moment: Moment, given: Any, step: int) -> Allowed:
        """Write a mask that came.

        Where it allows nothing, nobody decides, but whoever reads the row expects a choice.
        """
        row = seat.rows.action_mask[c, seat.i]  # type: ignore[index]
        try:
            row[...] = seat.codec.action.mask(given)
        except Unfit as reason:
            declared = f"its action_space is {seat.codec.action.declared}"
            raise self._reporter.misfit(moment.method, step, seat.key, "an action_mask", reason, declared) from None
        if row.all():
            return Allowed.ALL
        if seat.codec.action.allows_one(row):
            return Allowed.SOME
        row[...] = True
        return Allowed.NONE

    def _report(self, group: str, bad: NDArray[np.bool_], steps: list[int], methods: list[str]) -> None:
        c, i = (int(index) for index in np.argwhere(bad)[0])
        seat = next(seat for seat in self.seats if (seat.group, seat.i) == (group, i))
        try:
            seat.codec.observation.box.explain(seat.rows.observation[c, i])
        except Unfit as reason:
            declared = f"its observation_space declares {seat.codec.observation.declared}"
            raise self._reporter.misfit(methods[c], steps[c], seat.key, "an observation", reason, declared) from None


def codec_of(id: str, member: Member) -> GroupCodec:
    """The codec of a member's group. Raises BadParameter if a space cannot be translated."""
    whose = f"agent '{member.name}' of '{id}'"
    action = ActionCodec(member.action_space, whose)
    return GroupCodec(MaskedObservation(member.observation_space, whose), action)
