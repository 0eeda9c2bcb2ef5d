"""Driver that times a substrate of Melting Pot 2.4.

It reads a JSON task on stdin and prints agent-steps per second. It runs with the Python of the
environment that Melting Pot needs, and imports nothing of stigmergy.

The package does not install offline, so it is read from the unpacked source distribution in
STIGMERGY_MELTINGPOT. All players act at random and get the observations of the substrate.
"""

import json
import os
import random
import sys
import time
from unittest.mock import MagicMock

sys.path.insert(0, os.environ["STIGMERGY_MELTINGPOT"])
for name in ("tensorflow", "tensorflow.compat", "tensorflow.compat.v1", "tensorflow.python"):
    sys.modules[name] = MagicMock()  # only its bots need it

from meltingpot import substrate  # noqa: E402


def main() -> None:
    """Play random actions for some seconds."""
    task = json.load(sys.stdin)
    factory = substrate.get_factory(task["substrate"])
    roles = factory.default_player_roles()
    env = factory.build(roles)
    env.reset()
    draws, number = random.Random(0), env.action_spec()[0].num_values
    joint_actions = [[draws.randrange(number) for _ in roles] for _ in range(256)]
    steps = 0
    start = time.perf_counter()
    while (spent := time.perf_counter() - start) < task["seconds"]:
        if env.step(joint_actions[steps % 256]).last():
            env.reset()  # not by step: an episode begun by step fails in some substrates
        steps += 1
    print(json.dumps({"agent_steps_per_second": steps * len(roles) / spent}))


main()
