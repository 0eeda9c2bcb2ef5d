"""Record tests/golden/partner_selection.json.gz: Dasgupta and Musolesi's simulations with agents
that act at random.

    export STIGMERGY_PUNISHMENT=/path/to/Understanding_Punishment_In_MAS_With_RL
    python -m tests.oracles.record_punishment

from the root of the repository; README.md beside this file says where the checkout comes from.
"""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

CHECKOUT_VARIABLE = "STIGMERGY_PUNISHMENT"
DRIVER = Path(__file__).with_name("punishment_driver.py")
GOLDEN = Path(__file__).parents[1] / "golden" / "partner_selection.json.gz"
# Where each simulation stands in the source, and the parameters of ours that say the same.
CASES = [
    ("DP_S/IPD/play_DPSelect_playPunishRep_repInPlayPunishState_pd.py", {}),
    ("TPP_S/IPD/play_TPPSelect_playPunishRep_repInPlayState_pd.py", {"punishment": "third_party"}),
    ("TPPDP_S/IPD/play_TPDPSelect_playPunishRep_repInPlayState_pd.py", {"punishment": "both"}),
    ("DP_S/IPD/play_DPSelect_indRep_repInNoState_pd.py", {"reputation": "private"}),
    ("TPP_S/IPD/play_TPPSelect_indRep_repInPlayState.py", {"punishment": "third_party", "reputation": "private"}),
    (
        "TPP_S/IPD/play_TPPSelect_punishOnlyRep_repInPlayState_pd.py",
        {"punishment": "third_party", "cooperation_reputation": 0, "defection_reputation": 0},
    ),
    ("DP/IPD/play_DPOnly_playPunishRep_repInNoState_pd.py", {"selection": False}),
    (
        "CostlyPunishment/TPP-S/play_Costly_Punish_TPPSelect_playPunishRep_repInPlayState_pd.py",
        {"punishment": "third_party", "just_reward": -3},
    ),
    ("Reputation/play_Reputation_playOnlyRep_repInPlayState_pd.py", {"selection": False, "punishment": "none"}),
    (
        "TPPDP_S/Centipede/play_TPDPSelect_playPunishRep_repInPlayState_centipede.py",
        {"punishment": "both", "game": "centipede"},
    ),
    ("DP_S/Centipede/play_DPSelect_playPunishRep_repInPlayState_centipede.py", {"game": "centipede"}),
]


if __name__ == "__main__":
    checkout = os.environ.get(CHECKOUT_VARIABLE)
    if checkout is None:
        sys.exit(f"{CHECKOUT_VARIABLE} is not set; it must name a checkout of the authors' repository")
    cases = [{"module": module, "parameters": given, "seed": k} for k, (module, given) in enumerate(CASES)]
    task = {"checkout": checkout, "seasons": 6, "rounds": 10, "cases": cases}
    answer = subprocess.run(
        [sys.executable, str(DRIVER)], input=json.dumps(task), capture_output=True, text=True, check=True
    )
    courses = json.loads(answer.stdout.splitlines()[-1])
    GOLDEN.write_bytes(gzip.compress(json.dumps(courses).encode(), mtime=0))
    print(f"{len(courses)} courses, {sum(len(c['events']) for c in courses)} events, {GOLDEN.stat().st_size} bytes")
