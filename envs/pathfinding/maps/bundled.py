"""Make the maps and the scenario in `data/`.

`python -m stigmergy.envs.pathfinding.maps.bundled` writes them anew. `warehouse.map` is the
generated warehouse of 33 x 46 cells. Its scenario is well-formed: any agent can go from its start
to its goal even if all others stand on starts and goals of theirs (Cap, Vokrinek and Kleiner,
"Complete decentralized method for on-line multi-robot trajectory planning in well-formed
infrastructures", 2015). `random-32.map` has a fifth of its cells walled at random, and the pockets
that this cuts off walled too.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...core.random_streams import seed_streams, shuffle
from ...grid.search import distances_to, label_components
from .drawing import Cell
from .generators import corridor_width, random_map, warehouse
from .movingai import ScenarioEntry, write_map, write_scenario

SEED = 2024
WAREHOUSE = "warehouse.map"
ENTRIES = 128
BUCKET = 4  # steps of path length in one of MovingAI's buckets


def write_data(folder: Path) -> None:
    """Write `warehouse.map`, `warehouse.scen` and `random-32.map` into `folder`."""
    stream = np.zeros((2, 4), np.uint64)
    seed_streams(stream, SEED)
    shelves = np.zeros((33, 46), np.uint8)
    warehouse(shelves)
    write_map(folder / WAREHOUSE, shelves)
    write_scenario(folder / "warehouse.scen", _scenario(shelves, stream[0]))
    write_map(folder / "random-32.map", _connected_random_map(stream[1]))


def _scenario(shelves: NDArray[np.uint8], stream: NDArray[np.uint64]) -> tuple[ScenarioEntry, ...]:
    starts, goals = _starts(shelves), _goals(shelves)
    shuffle(stream, starts)
    shuffle(stream, goals)
    entries = []
    for start, goal in zip(starts[:ENTRIES], goals[:ENTRIES], strict=True):
        begin, end = (divmod(int(cell), shelves.shape[1]) for cell in (start, goal))
        steps = _steps(shelves, begin, end)
        height, width = shelves.shape
        entries.append(ScenarioEntry(steps // BUCKET, WAREHOUSE, (height, width), begin, end, steps))
    return tuple(entries)


def _starts(shelves: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Cells of every second column of the corridors at the two ends.

    A free lane lies beside each, and row 0 joins the lanes.
    """
    columns = np.arange(1, corridor_width(shelves.shape[1]), 2)
    chosen = np.zeros(shelves.shape, np.bool_)
    chosen[1:, columns] = chosen[1:, -1 - columns] = True
    return np.flatnonzero(chosen)


def _goals(shelves: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The cells in front of a shelf, on one side: the other lane of the aisle stays free."""
    in_front = np.zeros(shelves.shape, np.bool_)
    in_front[:-1] = (shelves[1:] == 1) & (shelves[:-1] == 0)
    return np.flatnonzero(in_front)


def _steps(obstacle: NDArray[np.uint8], start: Cell, goal: Cell) -> int:
    """Length of a shortest path between neighbours up, down, left and right."""
    ringed = np.pad(obstacle, 1, constant_values=1)
    distance = np.zeros(ringed.shape, np.int32)
    distances_to(ringed, goal[0] + 1, goal[1] + 1, distance, np.zeros(ringed.size, np.int32))
    return int(distance[start[0] + 1, start[1] + 1])


def _connected_random_map(stream: NDArray[np.uint64]) -> NDArray[np.uint8]:
    ringed = np.ones((34, 34), np.uint8)
    random_map(stream, 0.2, ringed[1:-1, 1:-1])
    component = np.zeros(ringed.shape, np.int32)
    label_components(ringed, component, np.zeros(ringed.size, np.int32))
    component = component[1:-1, 1:-1]
    return (component != np.bincount(component[component >= 0]).argmax()).astype(np.uint8)


if __name__ == "__main__":
    write_data(Path(__file__).parent / "data")
