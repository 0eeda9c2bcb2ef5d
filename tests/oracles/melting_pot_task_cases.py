"""Cases for Melting Pot: the rules of each task. What is random in them is forced, by probabilities
of 0 and 1.
"""

import numpy as np

from .melting_pot_cases import (
    ALLELOPATHIC,
    CLEAN,
    EAST,
    HARVEST,
    NORTH,
    SOUTH,
    WEST,
    Case,
    case,
    random_script,
    with_floor,
)

STEP = {"thresholdDepletion": 0.4, "thresholdRestoration": 0.39, "maxAppleGrowthRate": 1.0}
"""Apples grow for certain while at most .39 of the river is dirty, and never from .4 on."""
NO_DIRT = {"dirtSpawnProbability": 0.0}


def clean_up() -> list[Case]:
    """The river, its dirt, and apples."""
    orchard = "WWWWWWWW\nW  BBB W\nW B  B W\nW HH   W\nWWWWWWWW"
    grows = {"AppleGrow": {"maxAppleGrowthRate": 1.0}, "DirtSpawner": NO_DIRT}
    river = "WWWWWWWW\nW FFFH W\nW FFF  W\nW BB H W\nWWWWWWWW"
    cases = [
        case("clean_up/apples", CLEAN, orchard, [(1, 1, EAST)], ["..FFFFF.BB...."], parameters=grows),
        case("clean_up/apple_under_agent", CLEAN, orchard, [(2, 2, EAST)], ["......F.."], parameters=grows),
        # What grows under an agent it eats before it moves. An agent that cannot move enters its
        # own cell again and eats a second time, as does one that comes into the cell after the
        # first has left it.
        case("clean_up/apple_under_blocked_agent", CLEAN, "WWWWW\nW BHW\nWWWWW", [(1, 2, NORTH)], ["..FF.."], parameters=grows),
        *(
            case(f"clean_up/apple_for_two_{k}", CLEAN, "WWWWWW\nWHBB W\nWWWWWW", [(1, 2, EAST), (1, 1, EAST)], [".F.", ".F."], parameters=grows, seed=k)
            for k in range(1, 5)
        ),
        case("clean_up/no_river", CLEAN, orchard.replace("H", " "), [(1, 1, EAST)], ["." * 20], parameters=grows),
        # f = 2/5 = .4: nothing grows.
        case(
            "clean_up/at_the_threshold",
            CLEAN,
            "WWWWWWW\nWFFHHHW\nW B B W\nWWWWWWW",
            [(2, 1, NORTH)],
            ["." * 60],
            parameters=grows,
        ),
        # f = 1/2; the only dirt is cleaned in frame 2: apples are there in frame 3.
        case("clean_up/after_cleaning", CLEAN, "WWWWWW\nW  F W\nWBBH W\nWWWWWW", [(1, 1, EAST)], ["..C...."], parameters=grows),
        case("clean_up/nearest_of_each_column", CLEAN, river, [(1, 1, EAST)], ["C..C..C..C..C..."],
             parameters={"DirtSpawner": NO_DIRT, "AppleGrow": {"maxAppleGrowthRate": 0.0}}),
        case("clean_up/two_clean_one", CLEAN, "WWWWWWW\nW  F  W\nWH   HW\nWWWWWWW", [(1, 1, EAST), (1, 5, WEST)], [".C...."] * 2,
             parameters={"DirtSpawner": NO_DIRT}),
        case("clean_up/dirt_behind_and_under_agents", CLEAN, "WWWWWWWW\nW  HFFFW\nWH     W\nWWWWWWWW",
             [(1, 2, EAST), (1, 3, NORTH), (1, 4, NORTH)], ["C..C..C..", "", ""], parameters={"DirtSpawner": NO_DIRT}),
        case("clean_up/zap_over_dirt", CLEAN, "WWWWWWWW\nW  FFFFW\nWH     W\nWWPWWWWW", [(1, 2, EAST), (1, 5, NORTH)], ["Z....", ""],
             parameters={"DirtSpawner": NO_DIRT}),
        case("clean_up/clean_and_zap_away", CLEAN, "WWWWWWWW\nW  FFFFW\nWH     W\nWWPWWWWW", [(1, 2, EAST), (1, 3, WEST)], ["C.....", "Z....."],
             parameters={"DirtSpawner": NO_DIRT}),
    ]  # fmt: skip
    for delay in (0, 3):
        always = {"DirtSpawner": {"dirtSpawnProbability": 1.0, "delayStartOfDirtSpawning": delay}}
        one, four = "WWWWW\nW HFW\nWWWWW", "WWWWWWW\nWHH HHW\nW     W\nWWWWWWW"
        cases += [
            case(f"clean_up/dirt_after_{delay}", CLEAN, one, [(1, 1, EAST)], ["." * 8], parameters=always),
            case(
                f"clean_up/dirt_fills_after_{delay}",
                CLEAN,
                four,
                [(2, 3, EAST)],
                ["." * 10],
                parameters=always,
                keep=["map", "maps"],
            ),
            case(
                f"clean_up/dirt_comes_back_after_{delay}",
                CLEAN,
                one,
                [(1, 1, EAST)],
                ["CCCCCCCCCCCC"],
                parameters=always,
            ),
        ]
    random = np.random.default_rng(11)
    for k in range(3):
        rows = ["".join(random.choice(list("  BBHFWF" if 0 < r < 7 else "W"), size=9)) for r in range(8)]
        map = "\n".join("W" + row[1:-1] + "W" for row in rows)
        map = with_floor(map, [(4, 4, k)])
        script = random_script(random, "FFFFBlrLRLRCCC.", 250)
        cases.append(
            case(
                f"clean_up/walk_{k}",
                CLEAN,
                map,
                [(4, 4, k)],
                [script],
                parameters={"AppleGrow": STEP, "DirtSpawner": NO_DIRT},
            )
        )
    spread = "WWWWWWWWW\nWF  B  FW\nW   B   W\nWBB F BBW\nW   B   W\nWF  B  FW\nWWWWWWWWW"
    always = {"DirtSpawner": {"dirtSpawnProbability": 1.0, "delayStartOfDirtSpawning": 5}, "AppleGrow": STEP}
    once = always | {"Cleaner": {"beamLength": 1, "cooldownTime": 4}}
    cases.append(
        case(
            "clean_up/walk_with_dirt",
            CLEAN,
            spread,
            [(2, 3, EAST)],
            [random_script(random, "FFFFBlrLRLRCCC.", 250)],
            parameters=once,
        )
    )
    return cases


def harvest() -> list[Case]:
    """Apples that regrow beside apples."""

    def grows(*chances: float) -> dict[str, dict[str, list[float]]]:
        return {"DensityRegrow": {"regrowthProbabilities": list(chances)}}

    lonely = "WWWWWWW\nW     W\nW  A  W\nW     W\nWWWWWWW"
    pair = "WWWWWWW\nW     W\nW  AA W\nW     W\nWWWWWWW"
    row = "WWWWWWWWWW\nW  AAAAA W\nWWWWWWWWWW"
    cases = [
        case("harvest/alone_never", HARVEST, lonely, [(2, 2, EAST)], ["FF" + "." * 60], parameters=grows(0, 1, 1, 1)),
        case(
            "harvest/alone_with_chance", HARVEST, lonely, [(2, 2, EAST)], ["FF" + "." * 6], parameters=grows(1, 1, 1, 1)
        ),
        case("harvest/eat_and_leave", HARVEST, pair, [(2, 2, EAST)], ["FB" + "." * 6], parameters=grows(0, 1, 1, 1)),
        case("harvest/stand", HARVEST, pair, [(2, 2, EAST)], ["F" + "." * 9], parameters=grows(0, 1, 1, 1)),
        case("harvest/row", HARVEST, row, [(1, 1, EAST)], ["FFFFFFF....BBBBBBBB"], parameters=grows(0, 1, 1, 1)),
        case(
            "harvest/row_from_two", HARVEST, row, [(1, 1, EAST)], ["FFFFFFF....BBBBBBBB"], parameters=grows(0, 0, 1, 1)
        ),
        # Each eats one of a pair, in the same frame and one frame apart.
        case(
            "harvest/both_at_once",
            HARVEST,
            pair,
            [(2, 2, EAST), (2, 5, WEST)],
            ["F......", "F......"],
            parameters=grows(0, 1, 1, 1),
        ),
        case(
            "harvest/one_frame_apart",
            HARVEST,
            pair,
            [(2, 2, EAST), (2, 5, WEST)],
            ["F.......", ".F......"],
            parameters=grows(0, 1, 1, 1),
        ),
        case(
            "harvest/two_frames_apart",
            HARVEST,
            pair,
            [(2, 2, EAST), (2, 5, WEST)],
            ["F.......", "..F....."],
            parameters=grows(0, 1, 1, 1),
        ),
        case(
            "harvest/three_frames_apart",
            HARVEST,
            pair,
            [(2, 2, EAST), (2, 5, WEST)],
            ["FB......", "...F...."],
            parameters=grows(0, 1, 1, 1),
        ),
        case("harvest/beams_pass_apples", HARVEST, row, [(1, 1, EAST)], ["Z..."], parameters=grows(0, 1, 1, 1)),
    ]
    random = np.random.default_rng(12)
    for k, chances in enumerate(((0, 0, 1, 1), (0, 1, 0, 1), (0, 0, 0, 1), (0, 1, 0, 0, 1), (0, 0, 1, 0, 0, 1))):
        rows = ["".join(random.choice(list("AAA  W" if 0 < r < 8 else "W"), size=10)) for r in range(9)]
        map = "\n".join("W" + row[1:-1] + "W" for row in rows)
        map = with_floor(map, [(4, 4, k)])
        script = random_script(random, "FFFFBlrLRLR..", 250)
        cases.append(case(f"harvest/walk_{k}", HARVEST, map, [(4, 4, k % 4)], [script], parameters=grows(*chances)))
    return cases


def crowds(random: np.random.Generator, count: int) -> list[Case]:
    """Random play of three, much of which does not depend on who moves first: `record_melting_pot`
    keeps what is the same with all seeds.
    """
    cases = []
    for k in range(count):
        players = [(1, 2, EAST), (4, 5, SOUTH), (6, 2, NORTH)]
        rows = ["".join(random.choice(list("  BBHF" if 0 < r < 7 else "W"), size=9)) for r in range(8)]
        map = with_floor("\n".join("W" + row[1:-1] + "W" for row in rows), players)
        scripts = [random_script(random, "FFFFBlrLRLRCC.", 60) for _ in players]
        more = {"parameters": {"AppleGrow": STEP, "DirtSpawner": NO_DIRT}}
        cases.append(case(f"clean_up/crowd_{k}", CLEAN, map, players, scripts, **more))
        scripts = [random_script(random, "FFFFBlrLRLR.", 60) for _ in players]
        map = map.translate(str.maketrans("BHF", "AA "))
        more = {"parameters": {"DensityRegrow": {"regrowthProbabilities": [[0, 0, 1, 1], [0, 1, 0, 1]][k % 2]}}}
        cases.append(case(f"harvest/crowd_{k}", HARVEST, map, players, scripts, **more))
        scripts = [random_script(random, "FFFFBlrLRLR1..2...3...", 80) for _ in players]
        map = with_floor("\n".join("".join(random.choice(list("PPP123W"), size=9)) for _ in range(8)), players, "P")
        more = {"parameters": SURE, "keep": ["position", "facing", "reward", "map", "maps", "beams", "events"]}
        cases.append(
            case(f"allelopathic/crowd_{k}", ALLELOPATHIC, map, players, [spaced(script) for script in scripts], **more)
        )
    return cases


def spaced(script: str) -> str:
    """The script with planting beams at least five frames apart, since their timer is not the same
    from run to run.
    """
    last, letters = -5, list(script)
    for t, letter in enumerate(letters):
        if letter in "123":
            if t - last < 5:
                letters[t] = "."
            else:
                last = t
    return "".join(letters)


TORUS = "PPPPPPPP\nPP1PPPPP\nPPPPPPPP\nPPPPPPPP"
"""One red berry."""
SURE = {"Regrowth": {"baseRate": 1.0}}
NEVER = {"Regrowth": {"baseRate": 0.0}}


def allelopathic() -> list[Case]:
    """Berries that ripen, are painted and eaten, and graduated sanctions."""
    roles = ["player_who_likes_red", "player_who_likes_green"]
    two = "PPPPPPPP\nPP1P2PPP\nPPPPPPPP\nPPPPPPPP"
    cases = [
        case("allelopathic/ripening", ALLELOPATHIC, TORUS, [(1, 0, EAST)], ["." * 12 + "FFF" + "." * 25], parameters=SURE),
        case("allelopathic/standing", ALLELOPATHIC, TORUS, [(1, 2, EAST)], ["." * 45], parameters=SURE),
        case("allelopathic/paint_unripe", ALLELOPATHIC, TORUS, [(1, 0, EAST)], ["..2" + "." * 20 + "3" + "." * 5], parameters=SURE),
        case("allelopathic/paint_same_colour", ALLELOPATHIC, TORUS, [(1, 0, EAST)], ["1....2....2....1...."], parameters=NEVER),
        case("allelopathic/paint_stops_at_agents", ALLELOPATHIC, "PPPP1PPP\nPPPPPPPP", [(0, 1, EAST), (0, 2, NORTH), (0, 3, NORTH)],
             ["2...2...2", "", "..r"], parameters=NEVER),
        case("allelopathic/paint_stops_at_walls_and_berries", ALLELOPATHIC, "PPW1PPP2P2PP3\nPPPPPPPPPPPPP", [(0, 1, EAST), (0, 6, EAST), (0, 11, EAST)],
             ["2...2...", "3...1...", "1...2..."], parameters=NEVER),
        case("allelopathic/two_paint_one", ALLELOPATHIC, "PPPPP1PPPPP\nPPPPPPPPPPP", [(0, 4, EAST), (0, 6, WEST)], [".2....", ".2...."], parameters=NEVER),
        case("allelopathic/eat", ALLELOPATHIC, two, [(1, 1, EAST), (1, 5, WEST)], ["." * 11 + "FFF.FF" + "." * 12, "." * 11 + "F...FF"],
             parameters=SURE, roles=roles),
        case("allelopathic/eat_other_colour", ALLELOPATHIC, two, [(1, 1, EAST), (1, 5, WEST)], ["." * 11 + "F", "." * 11 + "F"],
             parameters=SURE, roles=roles[::-1]),
        case("allelopathic/paint_ripe", ALLELOPATHIC, TORUS, [(1, 1, EAST)], ["." * 11 + "2..F...."], parameters=SURE),
        case("allelopathic/paint_then_eat", ALLELOPATHIC, TORUS, [(1, 1, EAST)], ["2" + "." * 14 + "F..."], parameters=SURE, roles=roles[:1]),
        case("allelopathic/wrap_moves", ALLELOPATHIC, two, [(0, 0, NORTH)], ["FFFFFLFFFFFFFFFRBBBBBllll"], parameters=NEVER),
        case("allelopathic/wrap_beams", ALLELOPATHIC, "2PPPPPPP\nPPPPPPPP\nPPPPPPPP\nPPPPPPPP\nPPPPPPPP", [(0, 6, EAST), (4, 7, NORTH)],
             ["1...3...", "Z"], parameters=NEVER),
    ]  # fmt: skip
    return cases + sanctions()


def sanctions() -> list[Case]:
    """Graduated sanctions: the first hit freezes and marks, the second within the time of healing
    fines and removes.
    """
    field = "\n".join(["PPPPPPPPPPP"] * 5)
    players = [(2, 2, EAST), (2, 4, NORTH)]
    moves = "FB" * 60
    cases = []
    for name, second in (
        ("never", 0),
        ("at_4", 5),
        ("at_20", 20),
        ("at_40", 40),
        ("at_49", 49),
        ("at_50", 50),
        ("at_51", 51),
        ("at_52", 52),
    ):
        script = "." * 1 + "Z" + "." * (second - 1) + ("Z" if second else "") + "." * 40
        # The target steps to and fro, so that it stands where it began (and is hit) after every
        # second frame.
        cases.append(
            case(f"sanctions/second_{name}", ALLELOPATHIC, field, players, [script[:100], "." * 110], parameters=NEVER)
        )
    cases += [
        case("sanctions/moves_while_frozen", ALLELOPATHIC, field, players, [".Z" + "." * 60, ".." + moves[:60]], parameters=NEVER),
        case("sanctions/turns_while_frozen", ALLELOPATHIC, field, players, [".Z" + "." * 34, ".." + "R" * 34], parameters=NEVER),
        case("sanctions/zaps_while_frozen", ALLELOPATHIC, field, [(2, 2, EAST), (2, 4, WEST)], [".Z" + "l" + "." * 60, ".." + "Z" * 60], parameters=NEVER),
        case("sanctions/paints_while_frozen", ALLELOPATHIC, field.replace("P", "1", 1), [(2, 0, EAST), (2, 2, NORTH)],
             [".Z" + "." * 40, ".." + "2..." * 10], parameters=NEVER),
        case("sanctions/each_other", ALLELOPATHIC, field, [(2, 2, EAST), (2, 4, WEST)], [".Z" + "." * 30 + "Z" * 30] * 2, parameters=NEVER),
        case("sanctions/same_target", ALLELOPATHIC, field, [(2, 2, EAST), (2, 4, NORTH), (2, 6, WEST)], [".Z" + "." * 60, "", ".Z"], parameters=NEVER),
        case("sanctions/twice_in_a_row", ALLELOPATHIC, field, [(2, 2, EAST), (2, 4, NORTH), (2, 6, WEST)], [".Z" + "." * 80, "", "..Z"], parameters=NEVER),
        case("sanctions/shot_before_hit", ALLELOPATHIC, field, [(2, 2, EAST), (2, 4, NORTH)], [".Z" + "." * 45, "Z" * 50], parameters=NEVER),
        case("sanctions/acts_on_removal", ALLELOPATHIC, field, [(2, 2, EAST), (2, 4, WEST), (2, 6, WEST)],
             [".Z..........", "............" + "Z" * 60, "..........Z"], parameters=NEVER),
        case("sanctions/painter_removed", ALLELOPATHIC, "PPPPPPPPPPP\nPPPP1PPPPPP\nPPPPPPPPPPP\nPPPPPPPPPPP", [(2, 2, EAST), (2, 4, NORTH)],
             [".Z........Z" + "." * 60, "2" + "." * 60], parameters=NEVER),
        case("sanctions/mark_of_two", ALLELOPATHIC, field, [(2, 2, EAST), (2, 4, NORTH), (3, 5, NORTH)], [".Z" + "." * 9 + "Z" + "." * 60, "", ""], parameters=NEVER),
    ]  # fmt: skip
    return cases


def coins() -> list[Case]:
    """Coins."""
    wide = "WWWWWWWW\nW_CCCCCW\nW_CCCCCW\nW_____ W\nWWWWWWWW"
    return [
        case(f"coins/walk_{k}", "coins", wide, [(1, 1, EAST), (2, 1, EAST)], ["FFFFF..BBBB", ".FFFFFF.B.BB"],
             parameters={"ChoiceCoinRegrow": {"regrowRate": 1.0}}, seed=k + 1)
        for k in range(4)
    ] + [
        case(f"coins/scarce_{k}", "coins", wide, [(1, 1, EAST), (2, 1, EAST)], ["FFFFF..BBBB" * 8, ".FFFFFF.BBBBBBB" * 6],
             parameters={"ChoiceCoinRegrow": {"regrowRate": 0.1}}, seed=k + 1)
        for k in range(4)
    ]  # fmt: skip


GAMES = (
    "prisoners_dilemma",
    "chicken",
    "stag_hunt",
    "bach_or_stravinsky",
    "pure_coordination",
    "rationalizable_coordination",
    "running_with_scissors",
)
FIELD = "WWWWWWWWW\nWn1    nW\nW 2     W\nW       W\nW 1  2  W\nWWWWWWWWW"


def matrix() -> list[Case]:
    """Matrix games with inventories."""
    cases = []
    none = {"Resource": {"regenerationRate": 0.0}}
    for game in GAMES:
        substrate = f"{game}_in_the_matrix__repeated"
        three = game in ("pure_coordination", "rationalizable_coordination", "running_with_scissors")
        field = f"WWWWWWWWW\nW  112  W\nW  21{'3' if three else '2'}  W\nWn     nW\nWWWWWWWWW"
        field = field.translate(str.maketrans("123", "rps")) if three else field
        for who, scripts in (
            (0, ["F...Z", "F...."]),
            (1, ["F....", "F...Z"]),
            (2, ["FF..Z", "FFF.."]),
            (3, ["FFF..", "FF..Z"]),
        ):
            # The first walks east along the first row; the second along the row below it, and they
            # meet side by side.
            cases.append(
                case(f"matrix/{game}_{who}", substrate, field, [(1, 2, EAST), (2, 2, EAST)],
                     [script + "." * 28 for script in scripts], parameters=none)
            )  # fmt: skip
    prison = "prisoners_dilemma_in_the_matrix__repeated"
    sure = {"Resource": {"regenerationRate": 1.0}}
    alone = "WWWWWWWWW\nW  1  2 W\nW       W\nW      nW\nWnWWWWWWW"
    meet = "WWWWWWWWW\nW 1   2 W\nW       W\nWn     nW\nWWWWWWWWW"
    cases += [
        case("matrix/both_not_ready", prison, meet, [(1, 3, EAST), (1, 5, WEST)], ["Z......", ""], parameters=none),
        case("matrix/target_not_ready", prison, meet, [(1, 3, WEST), (1, 5, WEST)], ["FRRFZ......", ""], parameters=none),
        case("matrix/source_not_ready", prison, meet, [(1, 3, WEST), (1, 5, WEST)], ["FRRF.......", "....Z....."], parameters=none),
        case("matrix/collect", prison, "WWWWWWWWW\nW 11122 W\nWn     nW\nWWWWWWWWW", [(1, 1, EAST), (2, 4, NORTH)], ["FFFFF..", ""], parameters=none),
        # Both zap at once; who is drawn first plays the rows.
        case("matrix/each_other", prison, meet, [(1, 3, WEST), (1, 5, EAST)], ["FRRF.Z" + "F" * 30, "FRRF.Z" + "F" * 30], parameters=none),
        case("matrix/each_other_bach", "bach_or_stravinsky_in_the_matrix__repeated", meet, [(1, 3, WEST), (1, 5, EAST)],
             ["FRRF.Z" + "F" * 30, "FRRF.Z" + "F" * 30], parameters=none),
        case("matrix/moves_while_frozen", prison, meet, [(1, 3, WEST), (1, 5, EAST)], ["FRRF.Z" + "B" * 30, "FRRF." + "BL" * 15], parameters=none),
        case("matrix/zaps_while_frozen", prison, meet, [(1, 3, WEST), (1, 5, EAST)], ["FRRF.Z" + "Z" * 34, "FRRF." + "Z" * 34], parameters=none),
        case("matrix/cooldown", prison, alone, [(1, 1, SOUTH), (3, 6, NORTH)], ["Z" * 12, ""], parameters=none),
        # Resources stand three beams; regrow after a delay; not under agents.
        case("matrix/three_beams", prison, alone, [(1, 1, EAST), (3, 6, NORTH)], ["Z..Z..Z..Z..Z..Z.." + "." * 12, ""], parameters=sure),
        case("matrix/regrowth", prison, alone, [(1, 2, EAST), (3, 6, NORTH)], ["FB" + "." * 16, ""], parameters=sure),
        case("matrix/regrowth_under_agent", prison, alone, [(1, 2, EAST), (3, 6, NORTH)], ["F" + "." * 14 + "B" + "." * 6, ""], parameters=sure),
        case("matrix/damaged_then_collected", prison, alone, [(1, 1, EAST), (3, 6, NORTH)],
             ["Z..Z..FFBB" + "." * 14 + "Z..Z..Z..", ""], parameters=sure),
        case("matrix/beam_and_agent_behind_resource", prison, "WWWWWWWWW\nW 11  1 W\nWn     nW\nWWWWWWWWW", [(1, 1, EAST), (1, 7, WEST)],
             ["F..Z..Z..Z" + "." * 30, "FFF"], parameters=none),
        case("matrix/all_resources_come_back", prison, "WWWWWWWWW\nW 1   2 W\nW 1 1 2 W\nWn     nW\nWWWWWWWWW", [(1, 3, WEST), (1, 5, EAST)],
             ["FRRF.Z" + "." * 34, "FRRF.." + "." * 34], parameters=none),
    ]  # fmt: skip
    arena = "prisoners_dilemma_in_the_matrix__arena"
    hall = "WWWWWWWWWWW\nWP1 2 1 2PW\nW         W\nWP1 2 1 2PW\nWWWWWWWWWWW"
    four = [(2, 2, NORTH), (2, 4, NORTH), (2, 6, NORTH), (2, 8, NORTH)]
    third = [(2, 2, NORTH), (2, 4, NORTH), (2, 6, NORTH)]
    cases += [
        # Two interact; a third zaps them while they are frozen, then when they are gone.
        case(
            "matrix/third_zaps_the_frozen",
            arena,
            hall,
            third,
            ["FBRZ" + "." * 76, "FB", "FBL.ZZZZZZZZ"],
            parameters=none,
        ),
        # Two zap the same third in one frame: only one of them interacts.
        case("matrix/two_zap_one", arena, hall, third, ["FBRZ" + "." * 80, "FB", "FBLZ"], parameters=none),
        case("matrix/two_pairs", arena, hall, four, ["FBRZ" + "." * 76, "FB", "FBRZ", "FB"], parameters=none),
        case("matrix/chain_of_zaps", arena, hall, third, ["FBRZ" + "." * 76, "FBRZ", "FB"], parameters=none),
    ]
    random = np.random.default_rng(13)
    for k in range(3):
        rows = ["".join(random.choice(list("1212  W" if 0 < r < 7 else "W"), size=9)) for r in range(8)]
        map = "\n".join("W" + row[1:-1] + "W" for row in rows)
        map = with_floor(with_floor(map, [(4, 4, k)]), [(6, 7, NORTH)], "n")
        script = random_script(random, "FFFBlrLRLRZZ.", 200)
        cases.append(case(f"matrix/walk_{k}", prison, map, [(4, 4, k), (6, 7, NORTH)], [script, ""], parameters=sure))
    return cases
