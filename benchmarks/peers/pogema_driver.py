"""Driver that times pogema 1.4.

It reads a JSON task on stdin and prints agent-steps per second. It runs with the Python of the
virtual environment that pogema needs, and imports nothing of stigmergy.
"""

import json
import random
import sys
import time

from pogema import GridConfig, pogema_v0


def main() -> None:
    """Play random actions for some seconds."""
    task = json.load(sys.stdin)
    config = GridConfig(
        map=task["map"],
        num_agents=task["num_agents"],
        obs_radius=task["obs_radius"],
        on_target="restart",
        collision_system="soft",
        max_episode_steps=task["max_cycles"],
        seed=0,
    )
    env = pogema_v0(config)
    env.reset()
    draws = random.Random(0)
    joint_actions = [[draws.randrange(5) for _ in range(task["num_agents"])] for _ in range(256)]
    steps = 0
    start = time.perf_counter()
    while time.perf_counter() - start < task["seconds"]:
        _, _, _, truncated, _ = env.step(joint_actions[steps % 256])
        steps += 1
        if truncated[0]:
            env.reset()
    seconds = time.perf_counter() - start
    print(json.dumps({"agent_steps_per_second": steps * task["num_agents"] / seconds}))


main()
