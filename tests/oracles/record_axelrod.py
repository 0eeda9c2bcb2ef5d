"""Record tests/golden/axelrod.json.gz: matches of strategies of Axelrod 4.14.0 in several games,
their actions and scores.

    /path/to/axelrod-venv/bin/python tests/oracles/record_axelrod.py

It needs nothing but Axelrod; README.md beside this file says how to build that virtual environment.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import axelrod

GOLDEN = Path(__file__).parents[1] / "golden" / "axelrod.json.gz"
ROUNDS = 40
SEED = 1984
OURS = {
    "cooperate": axelrod.Cooperator,
    "defect": axelrod.Defector,
    "tit_for_tat": axelrod.TitForTat,
    "grim": axelrod.Grudger,
    "win_stay_lose_shift": axelrod.WinStayLoseShift,
}
OTHERS = {
    "alternator": axelrod.Alternator,
    "tester": axelrod.SecondByTester,
    "joss": axelrod.FirstByJoss,
    "random": axelrod.Random,
    "prober": axelrod.Prober,
    "tit_for_two_tats": axelrod.TitFor2Tats,
}
GAMES = ((3, 0, 5, 1), (-1, -3, 0, -2), (4, 0, 2, 2))  # reward, sucker's payoff, temptation, punishment


def play(first: str, second: str, payoffs: tuple[float, ...]) -> dict[str, Any]:
    """One match: the actions of both as strings of C and D, and what each got."""
    known = OURS | OTHERS
    game = axelrod.Game(r=payoffs[0], s=payoffs[1], t=payoffs[2], p=payoffs[3])
    match = axelrod.Match((known[first](), known[second]()), turns=ROUNDS, game=game, seed=SEED)
    rounds = match.play()
    actions = ["".join(str(pair[i]) for pair in rounds) for i in range(2)]
    scores = [float(score) for score in match.final_score()]
    return {"players": [first, second], "payoffs": list(payoffs), "actions": actions, "scores": scores}


if __name__ == "__main__":
    matches = [play(first, second, payoffs) for payoffs in GAMES for first in OURS for second in OURS | OTHERS]
    text = json.dumps(matches, separators=(",", ":"))
    GOLDEN.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{GOLDEN}: {len(matches)} matches")
