"""Make `images/tasks/ID.png` and of all `gallery.png`: one frame of every task, under scripted play
where there is some.

Run `python docs/gallery.py [ID ...]` in the root of the repository.
"""

import sys
from pathlib import Path

import numpy as np
from gymnasium.spaces import MultiDiscrete
from PIL import Image, ImageDraw, ImageFont

import stigmergy
from stigmergy.algorithms.core.make import make_learner, scripted_for
from stigmergy.envs.registration.registry import environments
from stigmergy.training.evaluation import Players

PICTURES = Path(__file__).parent / "images/tasks"
COLUMNS, CELL, TITLE, GAP = 5, 480, 34, 14
STEPS = 14
MOMENTS = {"swarm/transport-v0": 7, "swarm/aggregation-v0": 4, "swarm/kuramoto-v0": 30, "games/hallway-v0": 4}
"""Steps after which there is more to see than after STEPS."""
OPTIONS = {"swarm/foraging-v0": {"message_size": 4}, "pursuit/tracking-v0": {"num_pursuers": 8, "num_targets": 8}}
SEED = 3


def frame(id: str) -> np.ndarray:
    """The task's picture after some steps, or at the end of its first episode."""
    env = stigmergy.make(id, 1, **OPTIONS.get(id, {}))
    learners = {}
    for group in env.spec.groups:
        name = next(iter(scripted_for(env.spec, group)), "random")
        learners[group.name] = make_learner(name, stigmergy.Context(env.spec, group, SEED, env_config=env.config))
    players = Players(env, learners)
    step = env.reset(SEED)
    picture = env.draw(0)
    for _ in range(MOMENTS.get(id, STEPS)):
        actions = players.act(step)
        for group in env.spec.groups:
            if isinstance(group.action_space, MultiDiscrete):  # yardsticks are silent, and messages shall be seen
                actions[group.name][..., 1] = np.arange(group.size) % group.action_space.nvec[1]
        step = env.step(actions)
        picture = env.draw(0)
        if step.last[0]:
            break
    return picture


def path_of(id: str) -> Path:
    """The file with the picture of a task."""
    return PICTURES / f"{id}.png"


def save(picture: Image.Image, path: Path) -> None:
    """Write a picture with few colours, which keeps the file small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    """Draw the tasks that are named, or all; put the pictures of all together."""
    ids = [entry.name for entry in environments if str(entry.target).startswith("stigmergy.")]
    for id in sys.argv[1:] or ids:
        picture = Image.fromarray(frame(id))
        picture.thumbnail((CELL, CELL), Image.Resampling.LANCZOS)
        save(picture, path_of(id))
    rows = -(-len(ids) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (CELL + GAP) + GAP, rows * (CELL + TITLE + GAP) + GAP), (255, 255, 255))
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(22)
    for k, id in enumerate(ids):
        x, y = GAP + k % COLUMNS * (CELL + GAP), GAP + k // COLUMNS * (CELL + TITLE + GAP)
        picture = Image.open(path_of(id)).convert("RGB")
        sheet.paste(picture, (x + (CELL - picture.width) // 2, y + TITLE + (CELL - picture.height) // 2))
        pen.text((x + 4, y + 4), id, (38, 42, 50), font)
    save(sheet, Path(__file__).with_name("gallery.png"))


if __name__ == "__main__":
    main()
