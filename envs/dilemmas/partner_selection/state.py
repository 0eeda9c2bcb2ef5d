"""The state of partner selection, and the constants of its kernels."""

from typing import Annotated, NamedTuple

import numpy as np

from ...kernels.arrays import Bool, Float64, Int8, Int16, Int32, UInt64
from .config import PartnerSelectionConfig

SELECT, PLAY, PUNISH = 0, 1, 2
COOPERATE, DEFECT, UNKNOWN = 0, 1, 2
NOBODY = -1
SLOTS = 2


class State(NamedTuple):
    """Arrays of all envs; there is one viewer, or with private reputations one for each agent."""

    stream: Annotated[UInt64, "envs 4"]
    """Random stream."""
    elapsed: Annotated[Int32, "envs"]
    """Steps since the episode began."""
    over: Annotated[Bool, "envs"]
    """True once the episode has ended."""
    phase: Annotated[Int8, "envs"]
    """Next phase: SELECT, PLAY or PUNISH."""
    season: Annotated[Int32, "envs"]
    """Seasons that are over."""
    pair: Annotated[Int16, "envs"]
    """First player of the present pairing."""
    round: Annotated[Int16, "envs"]
    """Rounds of this pairing that are over."""
    mover: Annotated[Int8, "envs"]
    """In the centipede game: 0 if the first player moves, 1 if its partner does."""
    partner: Annotated[Int16, "envs agents"]
    """Partner of each agent as the first player in this season; NOBODY before the choice."""
    last: Annotated[Int8, "envs agents"]
    """Last move of each agent: COOPERATE, DEFECT, or UNKNOWN."""
    target: Annotated[Int16, "envs agents 2"]
    """In PUNISH: up to two agents whose punishment each decides on; NOBODY in free slots."""
    reputation: Annotated[Float64, "envs viewers agents"]
    """Reputation of the column's agent; with private ones in the view of the row's."""
    punished: Annotated[Bool, "envs agents agents"]
    """True where the row's agent punished the column's in the last step."""
    moves: Annotated[Int32, "envs agents"]
    """Moves of each agent."""
    cooperated: Annotated[Int32, "envs agents"]
    """Moves that cooperated."""
    picks: Annotated[Int32, "envs"]
    """Selections of agents that had played before."""
    picked_cooperators: Annotated[Int32, "envs"]
    """Selections of agents that had cooperated last."""
    chances: Annotated[Int32, "envs agents"]
    """Steps in which the agent could punish."""
    shots: Annotated[Int32, "envs agents"]
    """Steps in which it did."""
    hits: Annotated[Int32, "envs agents agents"]
    """Times that the row's agent punished the column's."""
    just: Annotated[Int32, "envs agents"]
    """Punishments of defectors by the agent."""
    returns: Annotated[Float64, "envs agents"]
    """Sum of the rewards of the agent."""


class Constants(NamedTuple):
    """Values that the kernels read and no step changes; see the config for those of its names."""

    payoff: Annotated[Float64, "2 2"]
    """Payoff by own action and that of the other."""
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
    play_reputation: Annotated[Float64, "2"]
    """Change of reputation by the move: COOPERATE, DEFECT."""
    just_reputation: float
    unjust_reputation: float
    spare_reputation: float
    avenger_reputation: float
    persecutor_reputation: float
    known: bool
    """True if there are reputations."""
    private: bool
    keep: bool
    show_in_play: bool
    show_in_punish: bool
    scale: float
    time_scale: float


def build_constants(p: PartnerSelectionConfig) -> Constants:
    """Constants of a config."""
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
