"""Algorithm 1 of Okumura et al. (2022) word by word, to compare the planner with.

It is recursive, on dictionaries, and slow.
"""

STEPS = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))


def distances(free, goal):
    """Steps to `goal` from each cell that can reach it; `free` is a set of cells."""
    found, frontier = {goal: 0}, [goal]
    for r, c in frontier:
        for dr, dc in STEPS[1:]:
            near = (r + dr, c + dc)
            if near in free and near not in found:
                found[near] = found[r, c] + 1
                frontier.append(near)
    return found


class Reference:
    """One step of one env. `at` and `goal` have a cell for each agent, `priority` a number."""

    def __init__(self, free, at, goal, priority):
        self.free, self.at, self.next = free, at, {}
        self.here = {cell: i for i, cell in enumerate(at)}
        self.distance = [distances(free, cell) for cell in goal]
        for i in sorted(range(len(at)), key=lambda i: (-priority[i], i)):
            if i not in self.next:
                self.plan(i, None)

    def plan(self, i, pusher):
        """Let agent i choose; False if it has to stay where `pusher` wants to be."""
        for v in sorted(self.candidates(i), key=lambda v: (self.distance[i][v], v in self.here and v != self.at[i])):
            if v in self.next.values() or (pusher is not None and v == self.at[pusher]):
                continue
            self.next[i] = v
            k = self.here.get(v)
            if k is not None and k not in self.next and not self.plan(k, i):
                continue
            return True
        self.next[i] = self.at[i]
        return False

    def candidates(self, i):
        """The cells that agent i can be in next, in the order of the moves."""
        r, c = self.at[i]
        return [(r + dr, c + dc) for dr, dc in STEPS if (r + dr, c + dc) in self.free]
