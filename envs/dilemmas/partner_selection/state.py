"""The state of partner selection, and the constants of its kernels."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .config import PartnerSelectionParameters

SELECT, PLAY, PUNISH = 0, 1, 2
COOPERATE, DEFECT, UNKNOWN = 0, 1, 2
NOBODY = -1
SLOTS = 2


class State(NamedTuple):
    """n is the number of agents; m is n with private reputations, else 1."""

    stream: NDArray[np.uint64]  # (num_envs, 4) random stream of the copy
    elapsed: NDArray[np.int32]  # (num_envs,) steps since the episode began
    over: NDArray[np.bool_]  # (num_envs,) the episode has ended
    phase: NDArray[np.int8]  # (num_envs,) what comes next: SELECT, PLAY or PUNISH
    season: NDArray[np.int32]  # (num_envs,) seasons that are over
    pair: NDArray[np.int16]  # (num_envs,) whose turn with its partner it is: the first player
    round: NDArray[np.int16]  # (num_envs,) rounds of this pairing that are over
    mover: NDArray[np.int8]  # (num_envs,) in the centipede game: 0 the first player's move, 1 its partner's
    partner: NDArray[
        np.int16
    ]  # (num_envs, n) with whom each plays as the first player in this season; NOBODY before the choice
    last: NDArray[np.int8]  # (num_envs, n) what each did last when it played: COOPERATE, DEFECT, or UNKNOWN
    target: NDArray[
        np.int16
    ]  # (num_envs, n, 2) in PUNISH: on whose punishment each decides, up to two; NOBODY in free slots
    reputation: NDArray[np.float64]  # (num_envs, m, n) of the column's agent; with m = n in the eyes of the row's
    punished: NDArray[np.bool_]  # (num_envs, n, n) the row's agent punished the column's in the last step
    moves: NDArray[np.int32]  # (num_envs, n) times that each played
    cooperated: NDArray[np.int32]  # (num_envs, n) times that it cooperated
    picks: NDArray[np.int32]  # (num_envs,) selections of agents that had played before
    picked_cooperators: NDArray[np.int32]  # (num_envs,) those of agents that had cooperated last
    chances: NDArray[np.int32]  # (num_envs, n) steps in which the agent could punish
    shots: NDArray[np.int32]  # (num_envs, n) those in which it did
    hits: NDArray[np.int32]  # (num_envs, n, n) times that the row's agent punished the column's
    just: NDArray[np.int32]  # (num_envs, n) punishments by the agent of defectors
    returns: NDArray[np.float64]  # (num_envs, n) sum of the agent's rewards


class Constants(NamedTuple):
    """What the kernels need and no step changes; see the parameters of the same names."""

    payoff: NDArray[np.float64]  # (2, 2) own action, the other's
    centipede: bool
    gift: float
    gift_cost: float
    rounds: int
    selection: bool
    direct: bool
    third: bool
    slots: int
    fine: float
    just_reward: float
    unjust_reward: float
    spare_reward: float
    play_reputation: NDArray[np.float64]  # (2,) by what was done: COOPERATE, DEFECT
    just_reputation: float
    unjust_reputation: float
    spare_reputation: float
    avenger_reputation: float
    persecutor_reputation: float
    known: bool  # there are reputations
    private: bool
    keep: bool
    show_in_play: bool
    show_in_punish: bool
    scale: float
    time_scale: float


def build_constants(p: PartnerSelectionParameters) -> Constants:
    """The constants for these parameters."""
    return Constants(
        payoff=np.array(p.payoff, np.float64),
        centipede=p.game == "centipede",
        gift=float(p.gift),
        gift_cost=float(p.gift_cost),
        rounds=p.rounds,
        selection=p.selection,
        direct=p.punishment in ("direct", "both"),
        third=p.third_parties,
        slots=p.slots,
        fine=float(p.fine),
        just_reward=float(p.just_reward),
        unjust_reward=float(p.unjust_reward),
        spare_reward=float(p.spare_reward),
        play_reputation=np.array((p.cooperation_reputation, p.defection_reputation), np.float64),
        just_reputation=float(p.just_reputation),
        unjust_reputation=float(p.unjust_reputation),
        spare_reputation=float(p.spare_reputation),
        avenger_reputation=float(p.avenger_reputation),
        persecutor_reputation=float(p.persecutor_reputation),
        known=p.reputation != "none",
        private=p.reputation == "private",
        keep=p.keep_reputation,
        show_in_play=p.show_in_play,
        show_in_punish=p.show_in_punish,
        scale=float(p.reputation_scale),
        time_scale=1 / p.max_cycles,
    )
