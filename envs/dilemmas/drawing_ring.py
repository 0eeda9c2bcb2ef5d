"""Pictures of agents in a ring around a shared resource, with gauges and arrows for sanctions."""

import math

import numpy as np
from numpy.typing import NDArray

from ..rendering.palette import BEAM, COLLISION, FLOOR, FOCUS, GRID, MUTED, TEXT, Colour, agent_colour, mix
from ..rendering.plane_canvas import Arena

SIZE = 520
_EDGE = 1.66
_GAUGE = (0.06, 0.36)  # distance from the body of the agent, and length
_MOST_LABELS, _LABEL = 16, 19
Place = tuple[float, float]


class Ring:
    """Agents 0 to n - 1 clockwise from the top, on a circle of radius 1 around the resource."""

    def __init__(self, n: int):
        self.n = n
        self.arena = Arena((-_EDGE, -_EDGE), (_EDGE, _EDGE), SIZE, longest_label=len(str(n - 1)))
        self.body = min(0.17, 0.8 * math.sin(math.pi / n))
        """Radius of an agent."""

    def place(self, i: int, radius: float = 1.0) -> Place:
        """Position of agent i, or the point `radius` away from the middle in its direction."""
        angle = math.pi / 2 - 2 * math.pi * i / self.n
        return radius * math.cos(angle), radius * math.sin(angle)

    def shared(self, share: float, colour: Colour, marks: tuple[float, ...] = ()) -> None:
        """Draw the resource: a disc with `share` of the full area, and rings at `marks`."""
        full = min(0.62, 0.9 - self.body) * self.arena.scale
        middle, canvas = self.arena.at((0, 0)), self.arena.canvas
        canvas.disc(middle, full, mix(FLOOR, colour, 0.12))
        canvas.disc(middle, full, MUTED, line=1.5)
        if share > 0:
            canvas.disc(middle, full * math.sqrt(share), colour)
        for mark in marks:
            canvas.disc(middle, full * math.sqrt(mark), mix(colour, TEXT, 0.7), line=2)

    def agent(self, i: int, share: float, label: str, *, guilty: bool = False, followed: bool = False) -> None:
        """Draw agent i: body, gauge filled to `share`, label; a red ring if it is guilty."""
        colour, line = agent_colour(i), max(90 * self.body, 3.0)
        start = 1 + self.body + _GAUGE[0]
        ends = self.place(i, start), self.place(i, start + _GAUGE[1])
        self.arena.line(ends, GRID, line=line)
        if share > 0:
            self.arena.line([ends[0], self.place(i, start + _GAUGE[1] * min(share, 1))], colour, line=line)
        self.arena.disc(self.place(i), self.body, colour, str(i))
        if guilty or followed:
            self.arena.ring(self.place(i), self.body + 0.035, COLLISION if guilty else FOCUS, line=3)
        if label and self.n <= _MOST_LABELS:
            outwards = self.place(i)
            x, y = self.arena.at(self.place(i, start + _GAUGE[1] / 2))
            room = 0.5 * line + 0.55 * self.arena.canvas.text_width(label, _LABEL) + 2  # beside the gauge, clockwise
            self.arena.canvas.text(label, (x + outwards[1] * room, y + outwards[0] * room), _LABEL, TEXT)

    def sanctions(self, counts: NDArray[np.generic]) -> None:
        """Draw arrows from rows' agents to the columns' that they sanctioned, thicker for more."""
        most = max(int(counts.max()), 1)
        for i, j in np.argwhere(counts):
            a, b = np.array(self.place(i)), np.array(self.place(j))
            along = (b - a) / np.linalg.norm(b - a)
            # Agents that sanction each other have two arrows beside each other.
            aside = 0.3 * self.body * np.array([-along[1], along[0]])
            start, end = a + along * self.body * 1.25 + aside, b - along * self.body * 1.25 + aside
            self.arena.arrow(start, end - start, BEAM, line=1.5 + 3 * int(counts[i, j]) / most)
