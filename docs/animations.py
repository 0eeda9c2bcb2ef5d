"""Makes `images/dilemmas/*.gif`: ten seconds of scripted play in every social dilemma. `python docs/animations.py [TASK ...]`, from the root of the repository."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import stigmergy
from stigmergy.envs.registry import algorithms
from stigmergy.envs.video import write_gif

FOLDER = Path(__file__).parent / "images" / "dilemmas"
FPS, FRAMES, SEED = 8, 80, 4


@dataclass(frozen=True)
class Film:
    """A task, who plays in it (the scripted policy of each agent in turn, the last of all others), and when it gets interesting."""

    players: tuple[str, ...]
    begin: int = 0
    parameters: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


FILMS: dict[str, Film] = {}


def frames(task: str, film: Film) -> Iterator[np.ndarray]:
    """The pictures of the film; after an episode's end the next one begins."""
    env = stigmergy.make(f"dilemmas/{task}-v0", 1, **film.parameters)
    (group,) = env.spec.groups
    named = [*film.players, *[film.players[-1]] * group.size][: group.size]
    built = {
        name: algorithms.find(name).load().built_for(name, env.spec, group, env.parameters) for name in dict.fromkeys(named)
    }
    generator = np.random.default_rng(SEED)
    env.reset(SEED)
    for t in range(film.begin + FRAMES):
        if t >= film.begin:
            yield env.draw(0, **film.options)
        chosen = {name: policy.act(env.world_state, generator) for name, policy in built.items()}
        env.step(np.stack([chosen[name][:, i] for i, name in enumerate(named)], axis=1))


def main() -> None:
    """Write the films named on the command line, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for task in sys.argv[1:] or FILMS:
        write_gif(FOLDER / f"{task}.gif", frames(task, FILMS[task]), FPS)
        print(task, (FOLDER / f"{task}.gif").stat().st_size // 1000, "kB")


if __name__ == "__main__":
    main()
