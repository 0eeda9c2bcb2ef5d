"""Contents of cells of SwarmBench's grids: numbers for kernels, letters for readers."""

EMPTY, WALL, BOX, AGENT, AGENT_OFF, PREY, FOOD, NEST, OUTSIDE = range(9)
LETTERS = ".WBAaPFN*"
"""The letter of each symbol: `A` is an agent, `a` one whose light is off or that carries nothing,
`*` lies outside the map."""
NAMES = ("free", "wall", "box", "agent", "agent, off", "prey", "food", "nest", "outside")

UP, DOWN, LEFT, RIGHT, STAY = range(5)
MOVE_NAMES = ("UP", "DOWN", "LEFT", "RIGHT", "STAY")
"""The benchmark's moves in the order of its four passes. Tasks may add moves behind them."""
