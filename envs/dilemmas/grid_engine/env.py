"""Base class of grid dilemmas as batched environments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ...core.env import BatchEnv
from ...core.sanction_signals import OPPORTUNITY, SANCTION, TARGET, signal_shapes
from ...core.spec import DEFAULT_GROUP, EnvSpec, GroupSpec
from ...errors import BadParameter
from ...kernels.arrays import allocate
from ...rendering.grid_canvas import Board
from ...rendering.palette import BEAM, Colour
from ..metrics import peace, sustainability
from ..outcomes import outcome_names, outcomes, sanction_names, sanction_outcomes
from .appearance import FLOOR_LOOK, WALL_LOOK, Look
from .avatars import ACTION_NAMES
from .beams import ENDS, HIT, most_cells
from .config import GridDilemmaConfig
from .draw import draw, text
from .maps import FLOOR, WALL, Layout
from .observation import FACING_NAMES, NO_PLANE, ViewConstants, global_state_size, observe_symbols, write_global_state
from .rgb import SPRITE, make_sprites, observe_rgb
from .state import Constants, Scratch, Sizes, State


@dataclass(frozen=True)
class Beam:
    """Beam of a task, beside the sanction."""

    name: str
    length: int
    radius: int
    cooldown: int
    hits: tuple[int, ...] = ()
    """Codes of cells that it hits, and at which its column ends."""
    ends: tuple[int, ...] = (WALL,)
    """Codes of cells before which its column ends."""
    at_agents: bool = False
    """True if it hits agents; otherwise it passes them."""
    colour: Colour = BEAM
    """Colour in pictures."""


class GridDilemma(BatchEnv[State]):
    """Agents on a grid move, turn, and shoot beams; a task says what its cells do.

    Rules:
        A step has the order: the task's growth; all agents turn or move in random order; all beams;
        removed agents come back. A move into a cell that is taken or solid fails, so that two
        agents never swap places, and of two that want one cell the first gets it. Agents off the
        map or frozen act without effect.

    Observation:
        uint8 planes `(planes, height, width)` of a window that turns with the agent, which stands
        in row `forward` (from 0) and column `left` of it. `planes` names them: one for each kind of
        cell (walls stand for cells beyond the map too), four for other agents by the direction that
        they face, then colours, marks and frozen agents if the task has them (the agent itself
        included), beams that passed in the last step, and planes of one value all over the window:
        readiness of each beam, and the task's extra observation. Agents off the map see zeros. With
        `observation: rgb` the same window is a picture, `(3, 8 * height, 8 * width)`.

    Actions:
        `action_names`: stay; move forward, backward, left or right without turning; turn left or
        right; then one for each beam, the sanction first.

    End:
        Episodes are truncated at `max_cycles`, or by chance after `ends_after`.

    Metrics:
        `efficiency` (reward of all per step), `mean_return`, `equality`, `sustainability`, `peace`
        (see `metrics`; frozen counts as timed out), `sanctions` (shots), `sanction_rate` (share of
        opportunities taken; NaN without one), `hits`, `sanction_cost` (paid for all shots) and
        `sanction_fines` (paid for all hits that fine; with `graduated` only second ones do), with
        `just_hits` and `unjust_hits` if the task says which agents are guilty, and `return_i` of
        each agent up to 16. `state.hits` has the hits by shooter and target. Signals: see
        `envs.core.sanction_signals`.

    Source:
        The engine of Melting Pot (Leibo et al. 2021; Agapiou et al. 2022), with whose rules and
        timings tests compare it.

    Raises:
        BadParameter: the parameters are out of range, or leave no room for the agents.
    """

    Config = GridDilemmaConfig
    former_fields: ClassVar[Mapping[str, str]] = {
        "numbers": "env_counters",
        "told": "extra_observation",
        "tally": "agent_counters",
        "due": "pending_reward",
    }
    cell_names: ClassVar[dict[int, str]] = {WALL: "wall"}
    """Codes that have a plane of their own, in this order, with their names."""
    colour_names: ClassVar[tuple[str, ...]] = ()
    """Names of the values of `State.colour`, if others see it."""
    agent_rings: ClassVar[tuple[Colour, ...]] = ()
    """Colour in pictures of each value of `State.colour`."""
    looks: ClassVar[Mapping[int, Look]] = {FLOOR: FLOOR_LOOK, WALL: WALL_LOOK}
    """Looks of cells by code; other codes look as floor."""
    extra_names: ClassVar[tuple[str, ...]] = ()
    """Names of the columns of `State.extra_observation`."""
    solid: ClassVar[tuple[int, ...]] = (WALL,)
    """Codes of cells that agents cannot enter."""
    kinds: ClassVar[tuple[int, ...]] = ()
    """Codes that cells of `sites` may have, for the global state."""
    torus: ClassVar[bool] = False
    sizes: ClassVar[Sizes] = Sizes()
    has_guilt: ClassVar[bool] = False
    """True if the task writes `State.guilty`."""
    metric_names: ClassVar[tuple[str, ...]] = ()
    """Metrics of the task's own, which `_outcomes` returns."""

    def __init__(self, id: str, num_envs: int, config: Any, layout: Layout, spawns: NDArray[Any], sites: NDArray[Any]):
        """Build the environment.

        Args:
            spawns: `(spawns, 2)` cells on which agents begin; none for any free floor.
            sites: `(sites, 2)` cells that change.
        """
        p: GridDilemmaConfig = config
        self.layout, self.sites = layout, np.ascontiguousarray(sites, np.int16)
        self.beams = (*((self._sanction_beam(p),) if p.sanctions.enabled else ()), *self._beams(p))
        self._check(p, layout, spawns)
        self.constants = self._constants(p, np.ascontiguousarray(spawns, np.int16).reshape(-1, 2))
        self.action_names = (*ACTION_NAMES, *(beam.name for beam in self.beams))
        self.view, self.planes = self._lay_planes(p)
        self._kinds = np.array(self.kinds, np.uint8)
        n = p.num_agents
        group = GroupSpec(
            DEFAULT_GROUP,
            n,
            self._observation_space(p),
            spaces.Discrete(len(self.action_names)),
            shared_reward=self._pays_alike(p),
        )
        size = global_state_size(n, len(self.sites), len(self.kinds))
        signals = signal_shapes(n) if p.sanctions.enabled else {}
        spec = EnvSpec(id, (group,), p.max_cycles, self._metric_names(p), (size,), signals)
        super().__init__(spec, num_envs, p)
        self._unheard = [np.zeros((num_envs, *shape), np.float32) for shape in signal_shapes(n).values()]
        self._beam_colours = {self.constants.first_beam + k: beam.colour for k, beam in enumerate(self.beams)}
        window = (self.view.left, self.view.forward, self.view.height, self.view.width)
        self._sprites = (
            make_sprites(self.looks, self._beam_colours, self.agent_rings, n, window)
            if p.observation == "rgb"
            else None
        )
        self._flat = self.groups[DEFAULT_GROUP].observation.reshape(-1)
        cells = self._most_cells()
        self.scratch = allocate(
            Scratch,
            envs=num_envs,
            agents=n,
            beam_cells=cells,
            spawns=len(self.constants.spawns),
            changes=n * cells,
        )

    # What a task writes, beside `__init__`.

    def _pays_alike(self, p: Any) -> bool:
        """Return True if all agents get the same reward in each step."""
        return False

    def _beams(self, p: Any) -> Sequence[Beam]:
        """Beams of the task's own, in the order of their actions."""
        return ()

    def _begin(self, where: NDArray[np.bool_]) -> None:
        raise NotImplementedError

    def _play(self, where: NDArray[np.bool_], reward: NDArray[np.float32], signals: Sequence[NDArray[Any]]) -> None:
        """Advance the envs `where` by the actions in `self.scratch.action`.

        `reward` (num_envs, n) and `signals` (opportunity, sanction, target) come zeroed.
        """
        raise NotImplementedError

    def _outcomes(self) -> dict[str, NDArray[Any]]:
        """Metrics named in `metric_names`."""
        return {}

    def _lines(self, copy: int) -> list[str]:
        """Short texts about the task, for the line below pictures and maps."""
        return []

    def _mark(self, board: Board, copy: int) -> None:
        """Draw the task's own signs above the agents."""

    # What all tasks share.

    def _allocate(self) -> State:
        rows, columns = self.layout.cells.shape
        *sizes, has_age = self.sizes
        return allocate(
            State,
            envs=self.num_envs,
            agents=self.config.num_agents,
            rows=rows,
            columns=columns,
            age_rows=rows * has_age,
            age_columns=columns * has_age,
            beams=len(self.constants.length),
            **dict(zip(Sizes._fields, sizes)),
        )

    def _advance(self, actions: dict[str, NDArray[Any]], where: NDArray[np.bool_]) -> None:
        self.scratch.action[:] = actions[DEFAULT_GROUP]
        if self.signals:
            signals = [self.signals[name] for name in (OPPORTUNITY, SANCTION, TARGET)]
        else:
            signals = self._unheard
        self._play(where, self.groups[DEFAULT_GROUP].reward, signals)

    def _observe(self) -> None:
        if self._sprites is None:
            observe_symbols(self.state, self.constants, self.view, self._flat)
        else:
            observe_rgb(self.state, self.constants.torus, self._sprites, self.groups[DEFAULT_GROUP].observation)
        write_global_state(self.state, self.constants, self.sites, self._kinds, self.global_state)

    def _truncated(self) -> NDArray[np.bool_]:
        return super()._truncated() | self.state.cut

    def _measure(self) -> dict[str, NDArray[Any]]:
        s, p = self.state, self.config
        measured = outcomes(s.returns, s.elapsed)
        measured |= {"sustainability": sustainability(s.paid_at, s.paid), "peace": peace(s.idle, s.elapsed)}
        if p.sanctions.enabled:
            k = self.constants
            measured |= sanction_outcomes(s, s.taken, k.cost * s.shots, k.fine * s.fines, self.has_guilt)
        measured |= self._outcomes()
        return {name: np.asarray(value, np.float64) for name, value in measured.items()}

    def _metric_names(self, p: GridDilemmaConfig) -> tuple[str, ...]:
        sanctions = sanction_names(self.has_guilt) if p.sanctions.enabled else ()
        return (*outcome_names(p.num_agents), "sustainability", "peace", *sanctions, *self.metric_names)

    def _sanction_beam(self, p: GridDilemmaConfig) -> Beam:
        s = p.sanctions
        ends = (WALL,) if s.walls_block else ()
        return Beam("sanction", s.length, s.radius, s.cooldown, ends=ends, at_agents=True)

    def _most_cells(self) -> int:
        return max([most_cells(beam.length, beam.radius) for beam in self.beams], default=1)

    def _check(self, p: GridDilemmaConfig, layout: Layout, spawns: NDArray[Any]) -> None:
        height, width = layout.cells.shape
        for beam in self.beams:
            name = "sanctions.length" if beam.name == "sanction" else f"the length of the beam '{beam.name}'"
            if beam.length >= max(height, width):
                raise BadParameter(
                    f"{name} is {beam.length}; allowed is less than the longer side of the map, which is {height} x {width}"
                )
        v = p.view
        deep, wide = v.forward + 1 + v.backward, v.left + 1 + v.right
        if self.torus and max(deep, wide) > min(height, width):
            raise BadParameter(
                f"view covers {deep} x {wide} cells; on a torus of {height} x {width} it can be at most as large as the shorter side"
            )
        room = len(spawns) if len(spawns) else int((layout.cells == FLOOR).sum())
        if p.num_agents > room:
            where = "spawn cells" if len(spawns) else "free cells"
            raise BadParameter(f"num_agents is {p.num_agents}; allowed is 1 to {room}, the {where} of the map")

    def _constants(self, p: GridDilemmaConfig, spawns: NDArray[np.int16]) -> Constants:
        s = p.sanctions
        beams = self.beams if s.enabled else (self._sanction_beam(p), *self.beams)  # beam 0 always is the sanction
        stops = np.zeros((len(beams), 256), np.uint8)
        for k, beam in enumerate(beams):
            stops[k, list(beam.ends)] = ENDS
            stops[k, list(beam.hits)] = HIT
        solid = np.zeros(256, np.bool_)
        solid[list(self.solid)] = True
        return Constants(
            torus=self.torus,
            spawns=spawns,
            solid=solid,
            horizon=p.max_cycles,
            ends_after=p.ends_after,
            end_interval=p.end_interval,
            end_chance=float(p.end_chance),
            first_beam=0 if s.enabled else 1,
            length=np.array([beam.length for beam in beams]),
            radius=np.array([beam.radius for beam in beams]),
            cooldown=np.array([beam.cooldown for beam in beams]),
            stops=stops,
            at_agents=np.array([beam.at_agents for beam in beams]),
            cost=float(s.cost),
            fine=float(s.fine),
            freeze=s.freeze,
            removal=s.removal if s.remove else 0,
            graduated=s.graduated,
            mark=s.mark,
        )

    def _lay_planes(self, p: Any) -> tuple[ViewConstants, tuple[str, ...]]:
        """Number the planes of an observation; return the constants of kernels and their names."""
        names: list[str] = list(self.cell_names.values())
        cell_plane = np.full(256, NO_PLANE, np.int64)
        for plane, code in enumerate(self.cell_names):
            cell_plane[code] = plane

        def add(*new: str) -> int:
            names.extend(new)
            return len(names) - len(new)

        agents = add(*FACING_NAMES)
        colours = add(*self.colour_names)
        mark = add("marked") if p.sanctions.enabled and p.sanctions.graduated else NO_PLANE
        frozen = add("frozen") if self._freezes(p) else NO_PLANE
        beams = add(*(f"beam_{beam.name}" for beam in self.beams))
        ready = add(*(f"ready_{beam.name}" for beam in self.beams))
        extra = add(*self.extra_names)
        view = p.view
        constants = ViewConstants(
            left=view.left,
            forward=view.forward,
            height=view.forward + 1 + view.backward,
            width=view.left + 1 + view.right,
            planes=len(names),
            cell_plane=cell_plane,
            outside=int(cell_plane[WALL]),
            agents=agents,
            colours=colours,
            num_colours=len(self.colour_names),
            mark=mark,
            frozen=frozen,
            beams=beams,
            num_beams=len(self.beams),
            first_beam=self.constants.first_beam,
            ready=ready,
            extra=extra,
        )
        return constants, tuple(names)

    def _freezes(self, p: Any) -> bool:
        """Return True if agents can be frozen, so that there is a plane for it."""
        return p.sanctions.enabled and p.sanctions.freeze > 0

    def _observation_space(self, p: GridDilemmaConfig) -> spaces.Box:
        v = self.view
        if p.observation == "rgb":
            return spaces.Box(0, 255, (3, SPRITE * v.height, SPRITE * v.width), np.uint8)
        return spaces.Box(0, self._largest_extra(p), (v.planes, v.height, v.width), np.uint8)

    def _largest_extra(self, p: Any) -> int:
        """Largest value of `State.extra_observation`.

        Planes of things are 0 or 1; learners take 255 for the white of a picture.
        """
        return 1

    def draw(self, copy: int = 0, **options: Any) -> NDArray[np.uint8]:
        """Picture of one env; options `follow` and `cell` as in `draw.draw`."""
        return draw(
            self.state,
            copy,
            self.looks,
            self._beam_colours,
            self.agent_rings,
            self._caption(copy),
            lambda board: self._mark(board, copy),
            view=self.view,
            torus=self.torus,
            **options,
        )

    def text(self, copy: int = 0) -> str:
        """Map in characters, agents as `^ > v <`."""
        return text(self.state, copy, self.looks, self._caption(copy))

    def _caption(self, copy: int) -> str:
        total = self.state.returns[copy].sum()
        return "   ".join([f"step {self.state.elapsed[copy]}", f"reward {total:.6g}", *self._lines(copy)])
