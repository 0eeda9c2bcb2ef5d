"""Constants of the kernels from a config: reads the map and checks starts and goals against it."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from ..core.validation import nearest
from ..errors import BadParameter
from ..grid.moves import COLLISION_SYSTEMS
from ..grid.search import label_components
from .config import DEFAULT_AGENTS, Cell, PathfindingConfig
from .maps.drawing import Layout, MapError, read_drawing
from .maps.generators import FIXED, GENERATORS
from .maps.movingai import read_scenario
from .maps.names import find_file, map_file, read_map_file
from .state import ON_TARGET, Constants


def read_layout(config: PathfindingConfig) -> Layout | None:
    """Read the fixed map that the config names; None where maps are generated.

    Raises:
        BadParameter: `map` names nothing.
        MapError: the map cannot be read.
    """
    name = config.map
    if name in GENERATORS:
        return None
    path = map_file(name)
    if path is not None:
        return read_map_file(path)
    if "\n" not in name and not set(name) & set(".#"):
        raise BadParameter(
            f"map is '{name}'; allowed is a generator, a map file or a drawing.{nearest(name, list(GENERATORS))}"
        )
    try:
        return read_drawing(name)
    except MapError as error:
        if "\n" in name or not name.isprintable():
            raise
        raise MapError(f"map is '{name}'; there is no such file, and as a drawing {error}") from None


def build_constants(config: PathfindingConfig, on_target: str) -> Constants:
    """The constants for a config.

    Raises:
        BadParameter: values contradict each other or the map.
    """
    layout = read_layout(config)
    shape = _shape(config, layout)
    starts, goals = _given_cells(config, layout)
    everywhere = np.ones(shape, np.bool_)
    obstacle = np.zeros(shape, np.uint8) if layout is None else layout.obstacle
    constants = Constants(
        collision_system=COLLISION_SYSTEMS[config.collision_system],
        on_target=ON_TARGET[on_target],
        radius=config.obs_radius,
        shortest_path=config.shortest_path,
        map_kind=FIXED if layout else GENERATORS[config.map],
        density=float(config.density),
        drawing=np.ascontiguousarray(obstacle, np.uint8),
        start_allowed=everywhere if layout is None else layout.start_allowed,
        goal_allowed=everywhere if layout is None else layout.goal_allowed,
        fixed_starts=np.array(starts, np.int32).reshape(len(starts), 2),
        fixed_goals=np.array(goals, np.int32).reshape(len(goals), -1, 2) if goals else np.zeros((0, 0, 2), np.int32),
    )
    _check_room(config, constants, count_agents(config, constants))
    if goals and not starts:
        raise BadParameter("goals are given without starts; give both, so that every agent can reach its goals")
    if (starts or goals) and layout is None:
        raise BadParameter(
            f"starts and goals are given but map '{config.map}' is generated; they need a drawing or a .map file"
        )
    if layout is not None:
        _check_cells(constants)
    return constants


def count_agents(config: PathfindingConfig, constants: Constants) -> int:
    """Number of agents in an env.

    Raises:
        BadParameter: num_agents contradicts the given starts or goals.
    """
    given = {len(cells) for cells in (constants.fixed_starts, constants.fixed_goals) if len(cells)}
    number = config.num_agents or (min(given) if given else DEFAULT_AGENTS)
    for name, cells in (("starts", constants.fixed_starts), ("goals", constants.fixed_goals)):
        if len(cells) and len(cells) != number:
            raise BadParameter(
                f"num_agents is {number} but {name} are given for {len(cells)} agents; give one for each"
            )
    return number


def _shape(config: PathfindingConfig, layout: Layout | None) -> tuple[int, int]:
    given = (config.height, config.width)
    if layout is None:
        return cast(tuple[int, int], given)  # a generated map always has them
    for name, value, real in zip(("height", "width"), given, layout.obstacle.shape):
        if value is not None and value != real:
            raise BadParameter(f"{name} is {value} but the map has {real}; leave it out with a given map")
    return layout.obstacle.shape[0], layout.obstacle.shape[1]


def _given_cells(config: PathfindingConfig, layout: Layout | None) -> tuple[list[Cell], list[tuple[Cell, ...]]]:
    if config.scenario:
        entries = read_scenario(find_file(config.scenario), layout.obstacle.shape if layout else None)
        number = config.num_agents or DEFAULT_AGENTS
        if len(entries) < number:
            raise BadParameter(
                f"num_agents is {number} but the scenario '{config.scenario}' has {len(entries)} entries"
            )
        return [entry.start for entry in entries[:number]], [(entry.goal,) for entry in entries[:number]]
    starts = list(config.starts) or list(layout.starts if layout else ())
    goals = list(config.goals) or [(goal,) for goal in (layout.goals if layout else ())]
    lengths = {len(sequence) for sequence in goals}
    if len(lengths) > 1 or 0 in lengths:
        raise BadParameter(
            f"goals hold sequences of {sorted(lengths)} cells; give every agent the same number, at least 1"
        )
    return starts, goals


def _check_room(config: PathfindingConfig, constants: Constants, number: int) -> None:
    free = int((constants.drawing == 0).sum())
    what = (
        "the map has"
        if constants.map_kind == FIXED
        else f"a map of {constants.drawing.shape[0]} x {constants.drawing.shape[1]} has at most"
    )
    if number > free:
        raise BadParameter(f"num_agents is {number} but {what} {free} free cells")


def _check_cells(constants: Constants) -> None:
    """Raise BadParameter unless given cells are free, distinct and within reach of each other."""
    component = _components(constants.drawing)
    for name, cells in (("start", constants.fixed_starts), ("goal", constants.fixed_goals.reshape(-1, 2))):
        for r, c in cells:
            if not (0 <= r < component.shape[0] and 0 <= c < component.shape[1]):
                raise BadParameter(
                    f"{name} ({r}, {c}) lies outside the map of {component.shape[0]} x {component.shape[1]} cells"
                )
            if component[r, c] < 0:
                raise BadParameter(f"{name} ({r}, {c}) is a wall; starts and goals lie on free cells")
    _check_distinct("starts", constants.fixed_starts)
    if len(constants.fixed_goals):
        _check_distinct("first goals", constants.fixed_goals[:, 0])
    for i, start in enumerate(constants.fixed_starts):
        label = component[start[0], start[1]]
        if len(constants.fixed_goals):
            for goal in constants.fixed_goals[i]:
                if component[goal[0], goal[1]] != label:
                    raise BadParameter(
                        f"agent {i} cannot reach its goal {_cell(goal)} from its start {_cell(start)}; walls part them"
                    )
        elif (constants.goal_allowed & (component == label)).sum() < 2:
            raise BadParameter(f"agent {i} at {_cell(start)} has fewer than 2 cells around it that may be goals")


def _check_distinct(name: str, cells: NDArray[np.int32]) -> None:
    unique, counts = np.unique(cells, axis=0, return_counts=True)
    if (counts > 1).any():
        raise BadParameter(f"two agents have {_cell(unique[counts.argmax()])} among the {name}; they must differ")


def _cell(cell: NDArray[np.int32]) -> str:
    return f"({cell[0]}, {cell[1]})"


def _components(drawing: NDArray[np.uint8]) -> NDArray[np.int32]:
    ringed = np.pad(drawing, 1, constant_values=1)
    component = np.full(ringed.shape, -1, np.int32)
    label_components(ringed, component, np.zeros(ringed.size, np.int32))
    return component[1:-1, 1:-1]
