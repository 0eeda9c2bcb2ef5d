"""Cases for Melting Pot: the class, and those of the engine, of moves and of beams.
The tasks' own are in the module beside it.
"""

from typing import Any

import numpy as np

Case = dict[str, Any]
LETTERS = {letter: "0123456"[number] for number, letter in enumerate(".FBlrLR")}
"""Letters of scripts: stay, forward, backward, step left and right, turn left and right; then the
beams, by substrate.
"""
BEAM_LETTERS = {
    "clean_up": {"Z": "7", "C": "8"},
    "commons_harvest__open": {"Z": "7"},
    "allelopathic_harvest": {"Z": "7", "1": "8", "2": "9", "3": "a"},
}
NORTH, EAST, SOUTH, WEST = range(4)


def case(
    name: str, substrate: str, map: str, players: list[tuple[int, int, int]], scripts: list[str], **more: Any
) -> Case:
    """A case as the driver reads it.

    Args:
        map: lines; `players`: row, column and facing of each at the start.
        scripts: one a player, a letter a frame; shorter ones are filled up with staying.
        more: parameters, seed, keep, views, roles, horizon.
    """
    letters = LETTERS | BEAM_LETTERS.get(substrate, {"Z": "7"})
    frames = max(map_len for map_len in (len(script) for script in scripts))
    scripts = [script.ljust(frames, ".") for script in scripts]
    return {
        "name": name,
        "substrate": substrate,
        "map": map.strip("\n").split("\n"),
        "start": [[row, column] for row, column, _ in players],
        "facing": [facing for _, _, facing in players],
        "actions": ["".join(letters[script[t]] for script in scripts) for t in range(frames)],
        **more,
    }


HARVEST, CLEAN, ALLELOPATHIC = "commons_harvest__open", "clean_up", "allelopathic_harvest"
WALKED = ["position", "facing"]
ROOM = """
WWWWWWWWW
W       W
W       W
W       W
W       W
W       W
WWWWWWWWW
"""
MAZE = """
WWWWWWWWWW
W  W     W
W    WW  W
W W    W W
W   W    W
WW    W  W
W  W    WW
WWWWWWWWWW
"""


def random_script(random: np.random.Generator, letters: str, frames: int) -> str:
    """Letters drawn one by one."""
    return "".join(random.choice(list(letters), size=frames))


def moves() -> list[Case]:
    """Moves and turns."""
    random = np.random.default_rng(1)
    steps = "F.B.l.r.LF.RF.RRF.LLB.LB.RRl.r"
    cases = [
        case(f"moves/facing_{facing}", HARVEST, ROOM, [(3, 4, facing)], [steps], keep=WALKED) for facing in range(4)
    ]
    cases += [
        case(f"moves/walk_{k}", HARVEST, MAZE, [(4, 5, k)], [random_script(random, "FFFFBBllrrLR.", 400)], keep=WALKED)
        for k in range(2)
    ]
    letters = "".join(random.permutation(list(" PBsf+;,^=><~TSHF" * 3)))
    grid = "\n".join("W" + letters[7 * r : 7 * r + 7] + "W" for r in range(7))
    cases.append(
        case(
            "moves/clean_up_letters",
            CLEAN,
            f"WWWWWWWWW\n{grid}\nWWWWWWWWW",
            [(4, 4, 0)],
            [random_script(random, "FFFFBBllrrLR.", 400)],
            parameters={"DirtSpawner": {"dirtSpawnProbability": 0.0}, "AppleGrow": {"maxAppleGrowthRate": 0.0}},
            keep=WALKED,
        )
    )
    corridor = "WWWWWW\nW    W\nWWWWWW"
    around = [(1, 1, EAST), (1, 2, SOUTH), (2, 2, WEST), (2, 1, NORTH)]
    cases += [
        case(
            "moves/into_a_standing_agent",
            HARVEST,
            ROOM,
            [(3, 3, EAST), (3, 4, WEST)],
            ["FFrFlF...", "........."],
            keep=WALKED,
        ),
        case("moves/swap", HARVEST, corridor, [(1, 1, EAST), (1, 2, WEST)], ["F" * 60] * 2, keep=WALKED),
        case("moves/ring_of_four", HARVEST, "WWWW\nW  W\nW  W\nWWWW", around, ["F" * 60] * 4, keep=WALKED),
        case(
            "moves/torus",
            ALLELOPATHIC,
            "PPPP\nPPPP\nPPPP",
            [(0, 0, NORTH)],
            ["FFFFLFFFFFRRFFFFFLBBBBlllllrrrr"],
            keep=WALKED,
        ),
    ]
    map = with_floor("\n".join("".join(random.choice(list("PPPW"), size=9)) for _ in range(7)), [(3, 4, NORTH)], "P")
    script = random_script(random, "FFFFBBllrrLR.", 300)
    cases.append(case("moves/torus_walk", ALLELOPATHIC, map, [(3, 4, NORTH)], [script], keep=WALKED))
    return cases + views()


def views() -> list[Case]:
    """Observations of players: their cells and orientation."""
    random = np.random.default_rng(5)
    marks = "\n".join("".join(random.choice(list("A  W"), size=17)) for _ in range(15))
    rows = [list(row) for row in marks.split("\n")]
    for row, column in ((7, 8), (1, 2), (13, 15)):
        rows[row][column] = " "
    players = [(7, 8, NORTH), (1, 2, EAST), (13, 15, SOUTH)]
    turned = ["RRR"] * 3
    berries = "\n".join("".join(random.choice(list("123PPW"), size=13)) for _ in range(9))
    berries = "\n".join("P" * 13 if r in (0, 4) else row for r, row in enumerate(berries.split("\n")))
    resources = "\n".join("".join(random.choice(list("12  W"), size=9)) for _ in range(7))
    resources = "\n".join(" " * 9 if r in (0, 3) else row for r, row in enumerate(resources.split("\n")))
    keep = [*WALKED, "view", "map", "maps"]
    return [
        case("views/bounded", HARVEST, "\n".join("".join(row) for row in rows), players, turned, views=True, keep=keep),
        case("views/torus", ALLELOPATHIC, berries, [(4, 6, NORTH), (0, 0, NORTH)], ["RRR"] * 2, views=True, keep=keep),
        case(
            "views/matrix",
            "prisoners_dilemma_in_the_matrix__repeated",
            resources,
            [(3, 4, NORTH), (0, 1, NORTH)],
            ["RRR"] * 2,
            views=True,
            keep=keep,
        ),
    ]


SHOT = ["position", "alive", "beams", "events", "map", "maps"]
STAYS = {"removeHitPlayer": False}


def draw_room(
    random: np.random.Generator, fill: str, players: int, size: int = 9, edge: str = "W"
) -> tuple[str, list[tuple[int, int, int]]]:
    """A random map of the letters in `fill` with players on floor."""
    rows = [list(random.choice(list(fill), size=size)) for _ in range(size)]
    if edge:
        rows[0] = rows[-1] = list(edge * size)
        for row in rows:
            row[0] = row[-1] = edge
    cells = random.permutation([(r, c) for r in range(1, size - 1) for c in range(1, size - 1)])[:players]
    cells[0] = (size // 2, size // 2) if not (cells == (size // 2, size // 2)).all(axis=1).any() else cells[0]
    return "\n".join("".join(row) for row in rows), [(int(r), int(c), int(random.integers(4))) for r, c in cells]


def with_floor(map: str, players: list[tuple[int, int, int]], floor: str = " ") -> str:
    """The map with floor (or what is given) under the players."""
    rows = [list(row) for row in map.split("\n")]
    for row, column, _ in players:
        rows[row][column] = floor
    return "\n".join("".join(row) for row in rows)


def footprints() -> list[Case]:
    """Cells of beams: in the open, and against walls, agents and targets."""
    around = "Z.RZ.RZ.RZ."
    cases = []
    for length, radius in ((1, 0), (3, 0), (1, 1), (3, 1), (4, 1), (3, 2), (2, 3), (5, 2)):
        beam = {"beamLength": length, "beamRadius": radius, "cooldownTime": 2}
        cases.append(
            case(
                f"beams/open_{length}_{radius}",
                HARVEST,
                "\n".join([" " * 13] * 13),
                [(6, 6, NORTH)],
                [around],
                parameters={"Zapper": beam},
                keep=SHOT,
            )
        )
    random = np.random.default_rng(2)
    for k in range(40):
        map, players = draw_room(random, "     W", 1 + k % 6)
        beam = {"beamLength": int(random.integers(1, 6)), "beamRadius": int(random.integers(0, 4)), "cooldownTime": 2}
        map = with_floor(map, players)
        more: dict[str, Any] = {"parameters": {"Zapper": beam | STAYS}, "keep": SHOT}
        cases.append(case(f"beams/zap_{k}", HARVEST, map, players, [around] + [""] * (len(players) - 1), **more))
    for k in range(20):
        map, players = draw_room(random, "SSSSWFF", 1 + k % 4)
        beam = {"beamLength": int(random.integers(1, 6)), "beamRadius": int(random.integers(1, 4)), "cooldownTime": 2}
        parameters = {"Cleaner": beam, "DirtSpawner": {"dirtSpawnProbability": 0.0}}
        script = around.replace("Z", "C")
        more = {"parameters": parameters, "keep": SHOT}
        map = with_floor(map, players, "S")
        cases.append(case(f"beams/clean_{k}", CLEAN, map, players, [script] + [""] * (len(players) - 1), **more))
    for k in range(20):
        map, players = draw_room(random, "PPPPW123", 1 + k % 4, 7, "")
        sides = int(random.integers(0, 3))
        beam = {"beamLength": int(random.integers(1, 9)), "beamRadius": sides, "cooldownTime": 2}
        parameters = {"ColorZapper": beam, "Zapper": beam, "GraduatedSanctionsMarking": {"hitLogic": [NO_EFFECT] * 2}}
        map = with_floor(map, players, "P")
        script = "".join(f"{number}.." for number in "1Z2Z3Z") + "L" + "3..Z..R2..Z.."
        more = {"parameters": parameters, "keep": [*SHOT, "colour"]}
        cases.append(case(f"beams/torus_{k}", ALLELOPATHIC, map, players, [script] + [""] * (len(players) - 1), **more))
    return cases


NO_EFFECT = {"levelIncrement": 0, "sourceReward": 0, "targetReward": 0}
HALL = """
WWWWWWWWWWWW
W          W
W          W
W         PW
WWWWWWWWWWWW
"""


def zaps() -> list[Case]:
    """Effects of zaps and their times."""
    cases = []
    for cooldown in (1, 2, 3, 10):
        parameters = {"Zapper": {"cooldownTime": cooldown}}
        cases.append(case(f"zap/cooldown_{cooldown}", HARVEST, HALL, [(2, 2, EAST)], ["Z" * 30], parameters=parameters))
    for frames in (1, 4, 9):
        parameters = {"Zapper": {"framesTillRespawn": frames, "penaltyForBeingZapped": -3, "rewardForZapping": 2}}
        scripts = [".Z", "FFFFFFFFFFFFFFFFFFFF"]
        cases.append(
            case(f"zap/removal_{frames}", HARVEST, HALL, [(2, 2, EAST), (2, 3, NORTH)], scripts, parameters=parameters)
        )
    price = {"Zapper": {"penaltyForBeingZapped": -3, "rewardForZapping": 2}}
    faces = [(2, 2, EAST), (2, 4, WEST)]
    two = HALL.replace("         P", "        PP")
    three = [(2, 2, EAST), (2, 4, NORTH), (2, 6, WEST)]
    cases += [
        case("zap/each_other", HARVEST, two, faces, [".Z" + "." * 10] * 2, parameters=price),
        case("zap/same_target", HARVEST, HALL, three, [".Z........", "..........", ".Z........"], parameters=price),
        case(
            "zap/chain",
            HARVEST,
            two,
            [(2, 2, EAST), (2, 3, EAST), (2, 5, NORTH)],
            ["Z.......", "Z.......", ""],
            parameters=price,
        ),
        # A target that steps into the beam, and one that steps out of it, in the frame of the shot.
        case("zap/steps_in", HARVEST, HALL, [(2, 2, EAST), (2, 6, WEST)], ["Z.......", "F"], parameters=price),
        case(
            "zap/steps_in_from_the_side",
            HARVEST,
            HALL,
            [(2, 2, EAST), (3, 5, NORTH)],
            ["Z.......", "F"],
            parameters=price,
        ),
        case("zap/steps_out", HARVEST, HALL, [(2, 2, EAST), (2, 5, EAST)], ["Z.......", "F"], parameters=price),
        case(
            "zap/steps_out_to_the_side",
            HARVEST,
            HALL,
            [(2, 2, EAST), (2, 5, NORTH)],
            ["Z.......", "F"],
            parameters=price,
        ),
        # The second is hit one frame after its own shot; does its timer run while it is away?
        case(
            "zap/timer_while_away",
            HARVEST,
            HALL,
            [(2, 2, EAST), (2, 4, NORTH)],
            [".Z" + "." * 20, "Z" * 22],
            parameters={"Zapper": {"cooldownTime": 10, "framesTillRespawn": 4}},
        ),
        # The only spawn cell is taken; then its holder leaves.
        case(
            "zap/spawn_cell_taken",
            HARVEST,
            HALL,
            [(2, 2, EAST), (2, 3, NORTH), (3, 10, NORTH)],
            ["Z", "", "..........F....."],
        ),
        # One comes back into a beam: it is not hit in that frame, but in the next.
        case(
            "zap/returns_into_a_beam",
            HARVEST,
            HALL,
            [(2, 2, EAST), (2, 3, NORTH), (3, 8, EAST)],
            ["Z", "", "ZZZZZZZZZZZZ"],
            parameters={"Zapper": {"cooldownTime": 1}},
        ),
        case(
            "zap/returns_into_a_beam_odd",
            HARVEST,
            HALL,
            [(2, 2, EAST), (2, 3, NORTH), (3, 8, EAST)],
            ["Z", "", ".ZZZZZZZZZZZ"],
            parameters={"Zapper": {"cooldownTime": 1}},
        ),
        # Zaps and dead agents: a beam goes through the cell of one that is away.
        case("zap/row_of_three", HARVEST, two, [(2, 1, EAST), (2, 2, NORTH), (2, 3, NORTH)], ["Z..Z....Z....", "", ""]),
        # A clean beam and a zap have timers of their own.
        case("zap/clean_timers", CLEAN, HALL, [(2, 2, EAST)], ["ZCCCCCCZZZZZZZZCZ"]),
        case("zap/clean_up_removal", CLEAN, HALL, [(2, 2, EAST), (2, 3, NORTH)], ["Z" + "." * 55, "F" * 56]),
        case("zap/turns_first", HARVEST, HALL, [(2, 5, NORTH), (2, 6, NORTH)], ["RZ......", ""]),
    ]
    for minimum, interval in ((20, 5), (7, 5), (10, 10), (1, 1), (1, 4)):
        ending = {
            "minimumFramesPerEpisode": minimum,
            "intervalLength": interval,
            "probabilityTerminationPerInterval": 1.0,
        }
        cases.append(
            case(
                f"end/{minimum}_{interval}",
                HARVEST,
                HALL,
                [(2, 2, EAST)],
                ["." * 40],
                parameters={"StochasticIntervalEpisodeEnding": ending},
                keep=["alive"],
            )
        )
    cases.append(case("end/horizon_8", HARVEST, HALL, [(2, 2, EAST)], ["." * 12], horizon=8, keep=["alive"]))
    return cases
