"""What stands in a cell of SwarmBench's grids: numbers for kernels, and the benchmark's letters for readers."""

EMPTY, WALL, BOX, AGENT, AGENT_OFF, PREY, FOOD, NEST, OUTSIDE = range(9)
LETTERS = ".WBAaPFN*"
"""The letter of each symbol. `A` is an agent, `a` one whose light is off or who carries nothing; `*` lies outside the map."""
NAMES = ("free", "wall", "box", "agent", "agent, off", "prey", "food", "nest", "outside")

UP, DOWN, LEFT, RIGHT, STAY = range(5)
MOVE_NAMES = ("UP", "DOWN", "LEFT", "RIGHT", "STAY")
"""The benchmark's moves in the order of its four passes. A task may add moves of its own behind them."""
