"""Tag and spread beside recorded traces of JaxMARL's, from its own starts, in float32."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from stigmergy.envs.registration.make import make
from tests.envs.support.mpe_oracle import place

GOLDEN = Path(__file__).parents[1] / "golden" / "jaxmarl.json.gz"
COURSES = json.loads(gzip.decompress(GOLDEN.read_bytes()))


@pytest.mark.parametrize("course", COURSES, ids=lambda course: f"{course['task']}-{course['seed']}")
def test_it_moves_and_pays_as_jaxmarl_does(course):
    n = len(course["agents"])
    env = make("swarm/spread-v0" if course["task"] == "spread" else "pursuit/tag-v0", max_cycles=1000)
    place(env, course["start"][:n], np.zeros((n, 2)), course["start"][n:])
    for k, action in enumerate(course["actions"]):
        action = np.array([action])
        if course["task"] == "tag":
            step = env.step({"predators": action[:, :-1], "prey": action[:, -1:]})
        else:
            step = env.step(action)
        np.testing.assert_allclose(env.state.position[0], course["position"][k], atol=1e-5)
        np.testing.assert_allclose(env.state.velocity[0], course["velocity"][k], atol=1e-4)
        reward = np.concatenate([group.reward[0] for group in step.groups.values()])
        np.testing.assert_allclose(reward, course["reward"][k], atol=1e-4)


def test_the_courses_are_of_both_tasks_and_hold_contacts():
    assert {course["task"] for course in COURSES} == {"spread", "tag"}
    assert sum(reward[0] > 0 for course in COURSES if course["task"] == "tag" for reward in course["reward"]) > 0
