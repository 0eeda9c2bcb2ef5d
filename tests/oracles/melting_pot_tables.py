"""Statistics of what is random in Melting Pot: for each table the cases to be played, and what is
counted in their results.
"""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from .melting_pot_cases import ALLELOPATHIC, CLEAN, EAST, HARVEST, NORTH, SOUTH, WEST, Case, case

Results = list[dict[str, Any]]
Table = dict[str, Any]
PRISON = "prisoners_dilemma_in_the_matrix__repeated"
QUIET = {"Regrowth": {"baseRate": 0.0}}


def follow() -> list[Case]:
    """On a ring of 12 cells a leader and one or two behind it step forward; then gaps are closed in
    frames of their own.
    """
    pair = case(
        "follow",
        ALLELOPATHIC,
        "P" * 12,
        [(0, 3, EAST), (0, 2, EAST)],
        ["F." * 1000, "FF" * 1000],
        parameters=QUIET,
        keep=["position"],
    )
    train = case(
        "train",
        ALLELOPATHIC,
        "P" * 12,
        [(0, 4, EAST), (0, 3, EAST), (0, 2, EAST)],
        ["F..." * 500, "FF.." * 500, "F.FF" * 500],
        parameters=QUIET,
        keep=["position"],
    )
    return [pair, train]


def count_follow(results: Results) -> Table:
    """Share of steps in which followers moved when all stepped at once."""
    pair, train = (result["position"] for result in results)
    moved = sum(pair[t + 1][1] != pair[t][1] for t in range(0, 2000, 2))
    outcomes = Counter(
        "".join("01"[train[t + 1][i] != train[t][i]] for i in range(3)) for t in range(0, 2000, 4)
    )  # fmt: skip
    return {"pair": {"tries": 1000, "follower_moved": moved}, "train_of_three": dict(sorted(outcomes.items()))}


def conflict() -> list[Case]:
    """Two, and four, step into the same cell; then all step back, those who did not get there
    against a wall.
    """
    two = case(
        "two", HARVEST, "WWWWW\nW   W\nWWWWW", [(1, 1, EAST), (1, 3, WEST)], ["FB" * 1000] * 2, keep=["position"]
    )
    cross = "WWWWW\nWW WW\nW   W\nWW WW\nWWWWW"
    arms = [(1, 2, SOUTH), (2, 3, WEST), (3, 2, NORTH), (2, 1, EAST)]
    return [two, case("four", HARVEST, cross, arms, ["FB" * 1000] * 4, keep=["position"])]


def count_conflict(results: Results) -> Table:
    """Number of times that each got the cell."""
    winners = []
    for result, middle in zip(results, ([1, 2], [2, 2])):
        position = result["position"]
        counts = Counter(position[t + 1].index(middle) for t in range(0, 2000, 2))
        winners.append([counts[i] for i in range(len(position[0]))])
    return {"of_two": winners[0], "of_four": winners[1]}


def respawn() -> list[Case]:
    """One shoots every third frame at another, who comes back on one of three cells before it."""
    quick = {"Zapper": {"framesTillRespawn": 1, "cooldownTime": 2}}
    return [
        case("respawn", HARVEST, "WWWWWW\nW PPPW\nWWWWWW", [(1, 1, EAST), (1, 2, NORTH)], ["Z.." * 700, ""], parameters=quick, seed=seed,
             keep=["position", "facing", "alive"])
        for seed in (1, 2)
    ]  # fmt: skip


def count_respawn(results: Results) -> Table:
    """Cells and headings of those who came back."""
    cells, headings, away = Counter(), Counter(), Counter()
    for result in results:
        gone = 0
        for t in range(1, len(result["alive"])):
            if not result["alive"][t][1]:
                gone += 1
            elif gone:
                cells[result["position"][t][1][1]] += 1
                headings[result["facing"][t][1]] += 1
                away[gone] += 1
                gone = 0
    return {"column": dict(sorted(cells.items())), "facing": dict(sorted(headings.items())), "frames_away": dict(away)}


def begin() -> list[Case]:
    """Starts of three players on four spawn cells."""
    cases = []
    for seed in range(1, 241):
        one = case(
            "begin",
            CLEAN,
            "WWWWWWW\nWP P HW\nWP P  W\nWWWWWWW",
            [(1, 1, 0)] * 3,
            ["."] * 3,
            seed=seed,
            keep=["position", "facing"],
        )
        del one["start"], one["facing"]
        cases.append(one)
    return cases


def count_begin(results: Results) -> Table:
    """Cells and headings."""
    cells = Counter(f"{place[0]},{place[1]}" for result in results for place in result["position"][0])
    headings = Counter(facing for result in results for facing in result["facing"][0])
    return {"cell": dict(sorted(cells.items())), "facing": dict(sorted(headings.items()))}


RIVERS = {"0.0": "HHHHH", "0.2": "FHHHH", "0.3": "FFFHHHHHHH", "0.5": "FH"}


def apples() -> list[Case]:
    """Empty orchards of 200 cells beside rivers of different dirt; default growth."""
    cases = []
    for river in RIVERS.values():
        rows = ["W" * 22, "W" + river.ljust(20) + "W", *["W" + "B" * 20 + "W"] * 10, "W" * 22]
        cases.append(
            case("apples", CLEAN, "\n".join(rows), [(1, 20, NORTH)], ["." * 40], parameters={"DirtSpawner": {"dirtSpawnProbability": 0.0}},
                 keep=["map", "maps"])
        )  # fmt: skip
    return cases


def count_apples(results: Results) -> Table:
    """Draws (empty cells, frame by frame) and apples that grew, by the fraction of dirt."""
    table = {}
    for fraction, result in zip(RIVERS, results):
        seen = [sum(row.count("a") for row in result["maps"][number]) for number in result["map"]]
        table[fraction] = {"draws": sum(200 - apples for apples in seen[:-1]), "grown": seen[-1]}
    return table


def dirt() -> list[Case]:
    """Default dirt on 300 clean cells; and the first dirt on four cells, many times."""
    wide = "\n".join(["W" * 32, "W" + " " * 30 + "W", *["W" + "H" * 30 + "W"] * 10, "W" * 32])
    cases = [case("dirt", CLEAN, wide, [(1, 1, NORTH)], ["." * 400], keep=["map", "maps"])]
    sure = {"DirtSpawner": {"dirtSpawnProbability": 1.0, "delayStartOfDirtSpawning": 0}}
    few = "WWWWWWW\nWH H HW\nW   H W\nWWWWWWW"
    return cases + [
        case("first", CLEAN, few, [(2, 1, NORTH)], ["."], parameters=sure, seed=seed, keep=["map", "maps"])
        for seed in range(1, 241)
    ]


def count_dirt(results: Results) -> Table:
    """Frames with and without new dirt, frame of the first; and which of four cells was first."""
    seen = [sum(row.count("d") for row in results[0]["maps"][number]) for number in results[0]["map"]]
    new = [after - before for before, after in pairwise(seen)]
    first = Counter()
    for result in results[1:]:
        for r, row in enumerate(result["maps"][result["map"][1]]):
            first[f"{r},{row.find('d')}"] += "d" in row
    return {
        "none_before_frame": 50,
        "before": sum(new[:50]),
        "frames": len(new) - 50,
        "with_new_dirt": sum(new[50:]),
        "most_in_a_frame": max(new),
        "first_of_four": {cell: count for cell, count in sorted(first.items()) if count},
    }


PATCHES = """
WWWWWWWWWWWWWWWWWWWWWWWWWW
W                    A   W
W              A     A   W
W  AA   AAA   AAA   AAA  W
W                        W
WWWWWWWWWWWWWWWWWWWWWWWWWW
"""
"""The apples in row 3, columns 3, 9, 15 and 21 have 1, 2, 3 and 4 neighbours."""


def regrowth() -> list[Case]:
    """Four step on cells with 1 to 4 live neighbours and eat whatever grows there; three times with
    the default chances, twice with larger ones.
    """
    players = [(4, column, NORTH) for column in (3, 9, 15, 21)]
    larger = {"DensityRegrow": {"regrowthProbabilities": [0.0, 0.1, 0.2, 0.4]}}
    return [
        case("regrowth", HARVEST, PATCHES, players, ["F" + "." * 5000, "F", "F", "F"], seed=seed, keep=["reward"],
             parameters={} if seed <= 3 else larger)
        for seed in range(1, 6)
    ]  # fmt: skip


def count_regrowth(results: Results) -> Table:
    """By the number of neighbours: draws, and apples that regrew. An apple is first drawn for two
    frames after it was eaten.
    """
    table: Table = {"default": {}, "0.1_0.2_0.4": {}}
    for chosen, name in ((results[:3], "default"), (results[3:], "0.1_0.2_0.4")):
        for i, number in enumerate((1, 2, 3, 4)):
            draws = regrown = 0
            for result in chosen:
                last = None
                for t, rewards in enumerate(result["reward"]):
                    if rewards[i]:
                        if last is not None:
                            draws, regrown = draws + t - last - 1, regrown + 1
                        last = t
                if last is not None:
                    draws += max(0, len(result["reward"]) - last - 2)
            table[name][str(number)] = {"draws": draws, "regrown": regrown}
    return table


OFFSETS = [(row, column) for row in range(-3, 4) for column in range(-3, 4) if (row, column) != (0, 0)]
SIDES = [
    (row, column)
    for row in range(-2, 3)
    for column in range(-2, 3)
    if 0 < abs(row) + abs(column) <= 2 and (row, column) != (0, -1)
]


def neighbours() -> list[Case]:
    """One eats an apple and stays there, with another apple at each offset; then with 0 to 11
    others, and one chance after the other set to 1.
    """
    cases = []
    for others, chances in [([offset], [0.0, 1.0]) for offset in OFFSETS] + [
        (SIDES[:number], [float(k == one) for k in range(5)]) for number in range(len(SIDES) + 1) for one in range(5)
    ]:
        rows = [[" "] * 9 for _ in range(9)]
        for row, column in [(0, 0), *others]:
            rows[4 + row][4 + column] = "A"
        player = (4, 3, EAST) if (0, -1) not in others else (3, 4, SOUTH)
        map = "\n".join("".join(row) for row in rows)
        cases.append(
            case("neighbours", HARVEST, map, [player], ["F..."], parameters={"DensityRegrow": {"regrowthProbabilities": chances}}, keep=["reward"])
        )  # fmt: skip
    return cases


def count_neighbours(results: Results) -> Table:
    """The offsets that count, and by the number of neighbours the entries of the list of five
    chances that let the apple regrow.
    """
    again = [sum(reward[0] for reward in result["reward"]) > 1 for result in results]
    numbers = again[len(OFFSETS) :]
    return {
        "offsets": [list(offset) for offset, grew in zip(OFFSETS, again) if grew],
        "entries": {str(k): [one for one in range(5) if numbers[5 * k + one]] for k in range(len(SIDES) + 1)},
    }


def ripening() -> list[Case]:
    """Ten red and thirty green berries with a rate of .001 a berry."""
    map = "PPPPPPPPPPPP\n1111111111PP\n2222222222PP\n2222222222PP\n2222222222PP\nPPPPPPPPPPPP"
    return [
        case("ripening", ALLELOPATHIC, map, [(0, 0, NORTH)], ["." * 70], parameters={"Regrowth": {"baseRate": 0.001}}, seed=seed,
             keep=["map", "maps"])
        for seed in range(1, 9)
    ]  # fmt: skip


def count_ripening(results: Results) -> Table:
    """Draws and ripened berries; the first draw comes in frame 9."""
    table = {}
    for ripe, number in (("r", 10), ("g", 30)):
        draws = grown = 0
        for result in results:
            seen = [sum(row.count(ripe) for row in result["maps"][index]) for index in result["map"]]
            draws += sum(number - count for count in seen[9:-1])
            grown += seen[-1]
        table[str(number)] = {"draws": draws, "ripened": grown}
    return table


def colours() -> list[Case]:
    """One paints the berry before it red and green in turn, lets it ripen and eats it; 2 of the 5
    berries have its colour, and 2 are blue.
    """
    map = "PPPPPPPP\nPP1PPPPP\nPPPPPPPP\nPP123P3P\nPPPPPPPP"
    cycle = "." * 12 + "FB"
    return [
        case("colours", ALLELOPATHIC, map, [(1, 1, EAST)], [("2" + cycle + "1" + cycle) * 60], parameters={"Regrowth": {"baseRate": 1.0}},
             seed=seed, keep=["colour", "events"])
        for seed in (1, 2)
    ]  # fmt: skip


def count_colours(results: Results) -> Table:
    """Meals, and after how many the eater was grey. The largest share of a colour is .4."""
    meals = grey = 0
    for result in results:
        for colour, events in zip(result["colour"], result["events"]):
            if any(name == "eating" for name, _ in events):
                meals, grey = meals + 1, grey + (colour[0] == 0)
    return {"meals": meals, "grey": grey}


def paint_timers() -> list[Case]:
    """A painter that asks for one colour all the time."""
    return [
        case(
            "paint", ALLELOPATHIC, "PPPPPPPP\nPPPPPPPP", [(0, 1, EAST)], [letter * 30], parameters=QUIET, keep=["beams"]
        )
        for letter in "123"
    ]


def count_paint_timers(results: Results) -> Table:
    """Frames between shots of one colour, without the first three frames: the order in which the
    three beams are handled is not fixed.
    """
    gaps = Counter()
    for result in results:
        shots = [t for t, beams in enumerate(result["beams"]) if beams and t > 3]
        gaps.update(after - before for before, after in pairwise(shots))
    return {"gaps": dict(gaps)}


def coins() -> list[Case]:
    """A field of 200 coin cells with a rate of .01, which nobody enters."""
    map = "\n".join(["W" * 22, "W" + "_" * 20 + "W", *["W" + "C" * 20 + "W"] * 10, "W" * 22])
    return [
        case("coins", "coins", map, [(1, 1, EAST), (1, 5, EAST)], ["." * 100] * 2, parameters={"ChoiceCoinRegrow": {"regrowRate": 0.01}},
             seed=seed, keep=["map", "maps"])
        for seed in (1, 2)
    ]  # fmt: skip


def count_coins(results: Results) -> Table:
    """Draws, coins of either colour; and coins before the first observation, for which there was
    one round of draws.
    """
    draws = grown = mine = before = 0
    for result in results:
        text = ["".join(result["maps"][number]) for number in result["map"]]
        counts = [row.count("0") + row.count("1") for row in text]
        before += counts[0]
        draws += sum(200 - count for count in counts[:-1])
        grown += counts[-1] - counts[0]
        mine += text[-1].count("0")
    return {"draws": draws, "grown": grown, "of_player_0": mine, "draws_before": 400, "grown_before": before}


def resources() -> list[Case]:
    """Resources that one player collects, away from whom they come back at the default rate."""
    map = "WWWWWWWWWWWW\nW 11222112 W\nW 11222112 W\nWn        nW\nWWWWWWWWWWWW"
    script = "FFFFFFFFFrFrB" + "BBBBBBBB" + "r" + "." * 60
    return [
        case("resources", PRISON, map, [(1, 1, EAST), (3, 10, NORTH)], [script, ""], seed=seed, keep=["map", "maps"])
        for seed in range(1, 21)
    ]


def count_resources(results: Results) -> Table:
    """Draws from the delay on, and how many came back."""
    draws = grown = early = 0
    for result in results:
        text = ["".join(result["maps"][number]) for number in result["map"]]
        for cell in range(len(text[0])):
            gone = None
            for t in range(1, len(text)):
                was, now = text[t - 1][cell] in "12", text[t][cell] in "12"
                if was and not now:
                    gone = t
                elif not was and gone is not None:
                    due = t - gone >= 11
                    draws += due
                    grown += due and now
                    early += now and not due
                    gone = None if now else gone
    return {"draws": draws, "grown": grown, "grown_earlier_than_11_frames_after": early}


TABLES: dict[str, tuple[Callable[[], list[Case]], Callable[[Results], Table]]] = {
    "follow": (follow, count_follow),
    "conflict": (conflict, count_conflict),
    "respawn": (respawn, count_respawn),
    "begin": (begin, count_begin),
    "clean_up_apples": (apples, count_apples),
    "clean_up_dirt": (dirt, count_dirt),
    "harvest_neighbours": (neighbours, count_neighbours),
    "harvest_regrowth": (regrowth, count_regrowth),
    "allelopathic_ripening": (ripening, count_ripening),
    "allelopathic_colours": (colours, count_colours),
    "allelopathic_paint_timers": (paint_timers, count_paint_timers),
    "coins_regrowth": (coins, count_coins),
    "matrix_regrowth": (resources, count_resources),
}
