"""The bridge: any PettingZoo environment as a BatchEnv."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.random_streams import draw_below
from ...core.spec import EnvSpec, GroupSpec
from ...core.timestep import TimeStep
from .agent_lives import Books, Life
from .building import another, build
from .codecs.faults import Reporter, failure
from .codecs.group import Allowed, GroupCodec, Intake, Seat, codec_of
from .codecs.grouping import Member, grouped, members
from .config import BridgeConfig
from .copying import copied, packed
from .drivers import Moment
from .global_state import GlobalView
from .outcomes import OutcomeLog
from .rendering import as_picture

SEEDS = 2**31
FIRST_EPISODES = 3
"""Episodes of each environment whose numbers are checked with `checks: first`."""


class IllegalAction(ValueError):
    """An action mask forbids the action of an agent that must act."""


class BridgeState(NamedTuple):
    """State of the bridge itself; the environments hold theirs."""

    stream: NDArray[np.uint64]  # (num_envs, 4)
    elapsed: NDArray[np.int32]  # (num_envs,)
    over: NDArray[np.bool_]  # (num_envs,)
    cut: NDArray[np.bool_]  # (num_envs,) the episode was truncated


class Bridge(BatchEnv[BridgeState]):
    """`num_envs` PettingZoo environments in step, at their own speed.

    Its state is its own and cannot be copied, so a snapshot holds the random streams alone, and
    `restore` begins new episodes.

    Agents with equal spaces form a group: `agents` if there is one, else named after its agents.
    Spaces are translated (see `ObservationCodec` and `ActionCodec`), which `announce` tells of. An
    agent is active where it observes and goes on; all others wait, as in games in turns all but one
    do.

    An episode ends when the flags say so, or when `agents` is empty: terminated if all agents did,
    else truncated. An agent that is truncated while others go on waits from then on, so that
    nothing is concluded from the step that cut it off. An agent that is back after its end begins a
    new life: its end counts once, and no value flows back over it. Numbers in the last info of each
    agent become metrics of the episode, mean over agents.

    Raises:
        BadParameter: the factory does not take the arguments, or a space is of a kind that learners
            cannot read.
        BrokenEnvironment: the environment does not keep PettingZoo's form. So may `reset` and
            `step`, also where it gives what it did not declare.
    """

    Config = BridgeConfig

    def __init__(self, id: str, factory: Callable[..., Any], num_envs: int, config: BridgeConfig | None = None):
        config = config or BridgeConfig()
        reporter = Reporter(id)
        self._reporter = reporter
        # A single env may be asked for pictures; many are there to be fast.
        first = build(reporter, factory, config.arguments, pictures=num_envs == 1)
        self._no_pictures = first.no_pictures
        others = [another(reporter, factory, config.arguments) for _ in range(num_envs - 1)]
        self._players = [first.player, *others]
        self._envs = [player.env for player in self._players]
        self._open = self._envs[::-1]
        possible = getattr(self._envs[0], "possible_agents", None)
        everyone = members(self._envs[0], possible or first.opening.agents, reporter)
        self._members = grouped(everyone)
        self.codecs: dict[str, GroupCodec] = {name: codec_of(id, group[0]) for name, group in self._members.items()}
        self._view = GlobalView(self._envs[0], reporter)
        groups = tuple(self._group_spec(name, group, first.opening) for name, group in self._members.items())
        spec = EnvSpec(id, groups, horizon=None, resumable=False, state_shape=self._view.shape, open_metrics=True)
        super().__init__(spec, num_envs, config)
        seats = [
            Seat(member.key, member.name, name, i, self.groups[name], self.codecs[name])
            for name, group in self._members.items()
            for i, member in enumerate(group)
        ]
        self.places = {seat.key: (seat.group, seat.i) for seat in seats}
        """Agent as the environment calls it to its group and its row there."""
        self._intake = Intake(seats, reporter, config.scalarize)
        self._numbers = {seat.key: k for k, seat in enumerate(seats)}
        self._books = [Books(len(seats)) for _ in range(num_envs)]
        self._limited = [[False] * len(seats) for _ in range(num_envs)]  # by its mask, at the last sight of it
        self._shown = [[False] * len(seats) for _ in range(num_envs)]  # an observation stands in its row
        self._outcomes = OutcomeLog(num_envs)
        self._begun = np.zeros(num_envs, np.int64)  # episodes
        self._methods = ["reset"] * num_envs

    @property
    def original(self) -> Any:
        """The first environment as its factory built it.

        A game in turns that PettingZoo converts to a parallel one is returned as converted.
        """
        return self._envs[0]

    def alone(self) -> "Bridge":
        """A batch of one over the first of these same environments, without building another.

        Reset this one when it has been played.
        """
        return Bridge(self.spec.id, lambda **options: self._envs[0], 1, self.config)

    def announce(self) -> list[str]:
        """Sentences for the user on how the environment is converted."""
        several = len(self.codecs) > 1
        said = [
            f"{name}: {note}" if several else note
            for name, codec in self.codecs.items()
            for note in (codec.observation.box.note, codec.action.note)
            if note
        ]
        return [*said, self._view.note] if self._view.note else said

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """A new picture by the environment itself, `(height, width, 3)` uint8.

        NotImplementedError, with a sentence, if it has none.
        """
        id = self.spec.id
        try:
            picture = self._envs[copy].render()
        except Exception as error:
            bare = isinstance(error, NotImplementedError) and not str(error)
            said = "it implements no render()" if bare else f"render() fails: {failure(error)}"
            reason = self._no_pictures or said
            raise NotImplementedError(f"'{id}' draws no pictures; {reason}") from error
        return as_picture(id, picture, self._no_pictures)

    def close(self) -> None:
        """Close the environments; closing twice is fine."""
        while self._open:
            self._open.pop().close()

    def restore(self, state: BridgeState) -> TimeStep:
        """Take over the random streams of a snapshot, and begin new episodes."""
        for own, given in zip(self.state, state):
            np.copyto(own, given)
        self._seeded = True
        return self.reset()

    def __reduce__(self) -> tuple[Any, ...]:
        return packed(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Bridge":
        return copied(self, memo)

    # The hooks of a batch

    def _allocate(self) -> BridgeState:
        return BridgeState(*self.required_state(), np.zeros(self.num_envs, np.bool_))

    def _begin(self, where: NDArray[np.bool_]) -> None:
        seeds = draw_below(self.state.stream, SEEDS, where=where)
        for c in np.flatnonzero(where).tolist():
            moment = self._players[c].reset(int(seeds[c]))
            self._outcomes.begin(c)
            self._begun[c] += 1
            self.state.cut[c] = False
            self._books[c].begin()
            self._limited[c] = [False] * len(self._numbers)
            for group in self.groups.values():
                group.terminated[c] = False
                if group.action_mask is not None:
                    group.action_mask[c] = True
            self._take(c, moment, 0)
        self._check(where)

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        chosen = [self._chosen(c, actions) for c in np.flatnonzero(where).tolist()]
        for c, given in zip(np.flatnonzero(where).tolist(), chosen):
            self._take(c, self._players[c].step(given), int(self.state.elapsed[c]) + 1)
        self._check(where)

    def _observe(self) -> None:
        """Everything is written where it happens, in `_begin` and `_advance`."""

    def _truncated(self) -> NDArray[np.bool_]:
        return self.state.cut

    def _measure(self) -> dict[str, NDArray[Any]]:
        return self._outcomes.columns()

    # One environment

    def _group_spec(self, name: str, group: list[Member], opening: Moment) -> GroupSpec:
        codec = self.codecs[name]
        announced = codec.observation.in_dict or all(
            "action_mask" in (opening.infos.get(member.key) or {}) for member in group
        )
        return GroupSpec(
            name=name,
            size=len(group),
            observation_space=codec.observation.box.space,
            action_space=codec.action.space,
            has_action_mask=codec.action.masked,
            optional_mask=codec.action.masked and not announced,  # they may come at any step
            agents=tuple(member.name for member in group),
            shared_reward=False,  # PettingZoo does not say it
        )

    def _chosen(self, c: int, actions: dict[str, NDArray[Any]]) -> dict[Any, Any]:
        """New objects of the environment's own types for the agents that the step asks for."""
        chosen = {}
        limited = self._limited[c]
        for key in self._players[c].acting():
            k = self._numbers[key]
            seat = self._intake.seats[k]
            row = actions[seat.group][c, seat.i]
            chosen[key] = seat.codec.action.decode(self._legal(seat, c, row) if limited[k] else row)
        return chosen

    def _legal(self, seat: Seat, c: int, row: Any) -> Any:
        """The action if its mask allows it; for an agent that waits, an action that is allowed."""
        assert seat.rows.action_mask is not None
        mask = seat.rows.action_mask[c, seat.i]
        if seat.codec.action.allows(mask, row):
            return row
        if seat.rows.active[c, seat.i]:
            raise IllegalAction(
                f"action of {seat.name} in copy {c} is {row}, which its action_mask {mask.astype(int)} forbids"
            )
        return seat.codec.action.first_allowed(mask)

    def _take(self, c: int, moment: Moment, step: int) -> None:
        """Write what environment `c` has given, and whether its episode goes on."""
        self._methods[c] = moment.method
        books, limited, shown = self._books[c], self._limited[c], self._shown[c]
        there = self._intake.present(moment, step)
        going = False
        last: list[int] = []  # who would have gone on, had the episode not been cut here
        for k, seat in enumerate(self._intake.seats):
            is_there = seat.key in there
            observes = terminated = truncated = False
            allowed = Allowed.ALL
            if is_there or any(seat.key in given for given in moment[:4]):
                observes, terminated, truncated, allowed = self._intake.read(seat, c, moment, is_there, step)
            goes_on = is_there and not terminated and not truncated
            if goes_on:
                going = True
            elif observes and not terminated:
                last.append(k)
            before, now = books.follow(k, goes_on, terminated, truncated)
            if now is not before:
                seat.rows.terminated[c, seat.i] = now is Life.TERMINATED or now is Life.BACK
                if now in (Life.TERMINATED, Life.CUT_OFF):
                    self._outcomes.add(c, self._intake.info(seat, moment, step))
            seat.rows.active[c, seat.i] = goes_on and observes and allowed is not Allowed.NONE
            if observes and not terminated:
                if allowed is Allowed.ALL and limited[k]:
                    seat.rows.action_mask[c, seat.i] = True  # type: ignore[index]
                limited[k], shown[k] = allowed is Allowed.SOME, True
            elif shown[k]:
                seat.rows.observation[c, seat.i] = 0
                shown[k] = False
        if not going:
            self._end(c, moment, last, step)
        if self._view.shape is not None and self.needs_state:
            self._write_state(c, going, step)

    def _end(self, c: int, moment: Moment, last: list[int], step: int) -> None:
        """The episode of environment `c` is over; `last` are those who would have gone on."""
        lives = self._books[c].lives
        for k in last:
            seat = self._intake.seats[k]
            if lives[k] is not Life.TERMINATED:
                seat.rows.active[c, seat.i] = True
                if seat.rows.action_mask is not None:
                    seat.rows.action_mask[c, seat.i] = True
        for life, seat in zip(lives, self._intake.seats):
            if life in (Life.GOING, Life.BACK):  # gone, though no flag says how
                self._outcomes.add(c, self._intake.info(seat, moment, step))
            elif life is Life.ABSENT:
                seat.rows.terminated[c, seat.i] = True  # who never came holds nothing up
        self.state.cut[c] = not all(group.terminated[c].all() for group in self.groups.values())
        self._outcomes.close(c)

    def _write_state(self, c: int, going: bool, step: int) -> None:
        assert self.global_state is not None
        try:
            self._view.write(self._envs[c], self.global_state[c], step)
        except Exception:
            if going:
                raise
            # Of an episode that is over some have no state left; the one before stands in for it.

    def _check(self, where: NDArray[np.bool_]) -> None:
        mode = self.config.checks
        if mode == "never":
            return
        checked = where if mode == "always" else where & (self._begun <= FIRST_EPISODES)
        if mode == "always" or checked.any():
            steps = [player.steps for player in self._players]
            self._intake.check_numbers(checked, steps, self._methods)
