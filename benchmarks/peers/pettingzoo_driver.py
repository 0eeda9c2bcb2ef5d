"""Driver that times an environment of PettingZoo or MPE2 through its parallel API.

It reads a JSON task on stdin and prints agent-steps per second.
"""

import importlib
import json
import sys
import time


def main() -> None:
    """Play random actions for some seconds."""
    task = json.load(sys.stdin)
    env = importlib.import_module(task["module"]).parallel_env(**task.get("options", {}))
    env.reset(seed=0)
    agents = list(env.possible_agents)
    actions = [{agent: env.action_space(agent).sample() for agent in agents} for _ in range(64)]
    steps = 0
    start = time.perf_counter()
    while (spent := time.perf_counter() - start) < task["seconds"]:
        chosen = actions[steps % 64]
        env.step({agent: chosen[agent] for agent in env.agents})
        steps += 1
        if not env.agents:
            env.reset()
    print(json.dumps({"agent_steps_per_second": steps * len(agents) / spent}))


main()
