"""Make `images/dilemmas/*.gif`: ten seconds of scripted play in every social dilemma.

Run `python docs/animations.py [TASK ...]` in the root of the repository.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import stigmergy
from stigmergy.envs.registration.registry import algorithms
from stigmergy.envs.rendering.video import write_gif

FOLDER = Path(__file__).parent / "images" / "dilemmas"
FPS, FRAMES, SEED = 8, 80, 4


@dataclass(frozen=True)
class Film:
    """A task, who plays in it (the scripted policy of each agent in turn, the last of all others),
    and when it gets interesting.
    """

    players: tuple[str, ...]
    begin: int = 0
    parameters: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


FILMS: dict[str, Film] = {
    "cleanup": Film(("cleaner", "cleaner", "cleaner", "cleaner", "punish", "defect"), 90, options={"cell": 16}),
    "harvest": Film(("cooperate", "cooperate", "punish", "defect", "defect", "cooperate"), 20, options={"cell": 20}),
    "allelopathic_harvest": Film(
        ("planter_red",) * 5 + ("planter_green",) * 5 + ("punish_green",) * 4 + ("eater",), 150, options={"cell": 17}
    ),
    "coins": Film(("cooperate", "defect"), 60, {"regrowth": 0.01}),
    "in_the_matrix": Film(("tit_for_tat", "defect"), 20),
    "coin_game": Film(("cooperate", "defect"), 0, {"preset": "loqa"}),
    "iterated": Film(("tit_for_tat", "defect")),
    "public_goods": Film(("cooperate", "punish", "defect", "cooperate")),
    "partner_selection": Film(("cooperate", "punish", "defect", "tit_for_tat", "cooperate"), 3),
    "common_pool": Film(("cooperate", "cooperate", "punish", "defect")),
}


def frames(task: str, film: Film) -> Iterator[np.ndarray]:
    """The pictures of the film; after an episode's end the next one begins."""
    env = stigmergy.make(f"dilemmas/{task}-v0", 1, **film.parameters)
    (group,) = env.spec.groups
    named = [*film.players, *[film.players[-1]] * group.size][: group.size]
    built = {
        name: algorithms.find(name).load().built_for(name, env.spec, group, env.config) for name in dict.fromkeys(named)
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
