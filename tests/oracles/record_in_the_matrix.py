"""Record tests/golden/in_the_matrix.json.gz: what Melting Pot 2.4.1 does when several agents
meddle with each other and with resources in matrix games.

    export STIGMERGY_MELTINGPOT=/path/to/dm-meltingpot-2.4.1
    export STIGMERGY_MELTINGPOT_PYTHON=/path/to/venv/bin/python
    python -m tests.oracles.record_in_the_matrix

from the root of the repository. The file holds {"cases": [{"case", "result", "varies"}]} as that of
record_melting_pot.py does, which has shorter cases of the same games; here every case is played
with one seed, and `varies` is empty although the order of agents is drawn in each frame: who
replays it looks for an order that fits.
"""

import gzip
import json
import os
import sys
from pathlib import Path

import numpy as np

from .melting_pot_cases import EAST, NORTH, WEST, Case, case, random_script
from .record_melting_pot import PYTHON_VARIABLE, SOURCES_VARIABLE, play

GOLDEN = Path(__file__).parents[1] / "golden" / "in_the_matrix.json.gz"
PRISON, ARENA = "prisoners_dilemma_in_the_matrix__repeated", "prisoners_dilemma_in_the_matrix__arena"
BACH = "bach_or_stravinsky_in_the_matrix__arena"
NEVER, SURE = {"Resource": {"regenerationRate": 0.0}}, {"Resource": {"regenerationRate": 1.0}}
HALL = "WWWWWWWWWWW\nWP1 2 1 2PW\nW         W\nWP1 2 1 2PW\nWWWWWWWWWWW"
ROOM = "WWWWWWWWW\nWn1 2  nW\nW 1122  W\nW   1 2 W\nWn 12  nW\nWWWWWWWWW"
ROOM_OF_THREE = "WWWWWWWWW\nWnr p  nW\nW rpps  W\nW   r s W\nWn sr  nW\nWWWWWWWWW"
CROWDED = "WWWWWWWWWWW\nWP1 2 1 2PW\nWPP     PPW\nWP1 2 1 2PW\nWPP12 12PPW\nWWWWWWWWWWW"
LENGTH = 200


def beams_on_resources() -> list[Case]:
    """Resources that are hit while they are collected, by two at once, or below an agent;
    interactions between roles.
    """
    row = "WWWWWWWWW\nW  {}   W\nW       W\nWn     nW\nWWWWWWWWW"
    roles = ["bach_fan", "bach_fan", "stravinsky_fan", "stravinsky_fan"]
    four = [(2, column, NORTH) for column in (2, 4, 6, 8)]
    return [
        case("collected_and_hit", PRISON, row.format("1 "), [(1, 1, EAST), (1, 4, WEST)],
             ["Z" + "." * 14 + "Z..Z..Z..Z..Z......", "FB..................."], parameters=SURE),
        case("two_hit_one", PRISON, row.format(" 1"), [(1, 1, EAST), (1, 7, WEST)],
             ["Z..Z..Z.............Z..Z..Z..Z"] * 2, parameters=SURE),
        case("grown_below_then_hit", PRISON, row.format(" 1"), [(1, 1, EAST), (1, 5, WEST)],
             ["." * 12 + "Z..Z..Z..Z..Z..Z..", "FB........F......B..............."], parameters=SURE),
        case("roles", BACH, HALL, four, ["FBRZ..Z..Z" + "." * 41, "FBR..Z", "FBR..Z", "FBL..Z"], parameters=NEVER, roles=roles),
    ]  # fmt: skip


def crowds() -> list[Case]:
    """Two, and six, who walk, collect and shoot at random."""
    random = np.random.default_rng(5)
    cases = []
    for k in range(4):
        growth = SURE if k % 2 else NEVER
        for game, room in (
            ("prisoners_dilemma", ROOM),
            ("stag_hunt", ROOM),
            ("running_with_scissors", ROOM_OF_THREE),
        ):
            scripts = [random_script(random, "FFFBlrLRLRZZ.", LENGTH) for _ in range(2)]
            corners = [(1, 1, EAST), (4, 7, WEST)]
            cases.append(
                case(
                    f"{game}_{k}",
                    f"{game}_in_the_matrix__repeated",
                    room,
                    corners,
                    scripts,
                    parameters=growth,
                    seed=k + 1,
                )
            )
        six = [(1, 1, EAST), (1, 9, WEST), (3, 1, EAST), (3, 9, WEST), (2, 4, NORTH), (2, 6, NORTH)]
        scripts = [random_script(random, "FFFBlrLRLRZZZZ.", LENGTH) for _ in six]
        soon = growth | {"GameInteractionZapper": {"framesTillRespawn": 7}}
        cases.append(case(f"arena_{k}", ARENA, CROWDED, six, scripts, parameters=soon, seed=k + 1))
    return cases


def main() -> None:
    """Play and write."""
    python = os.environ.get(PYTHON_VARIABLE)
    if python is None or SOURCES_VARIABLE not in os.environ:
        sys.exit(
            f"{PYTHON_VARIABLE} must name a Python that has dmlab2d, {SOURCES_VARIABLE} the unpacked dm-meltingpot 2.4.1"
        )
    cases = [*beams_on_resources(), *crowds()]
    recording = [{"case": c, "result": result, "varies": []} for c, result in zip(cases, play(cases, python))]
    text = json.dumps({"cases": recording}, separators=(",", ":"))
    GOLDEN.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{len(recording)} cases, {GOLDEN.stat().st_size} bytes")


if __name__ == "__main__":
    main()
