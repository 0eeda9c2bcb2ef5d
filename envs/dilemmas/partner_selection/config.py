"""The options of partner selection."""

from dataclasses import dataclass
from typing import Literal

from ...core.validation import LARGEST, MOST_STEPS, check_within
from ...errors import BadParameter

Payoff = tuple[tuple[float, float], tuple[float, float]]
AMOUNTS = (
    "gift",
    "gift_cost",
    "fine",
    "just_reward",
    "unjust_reward",
    "spare_reward",
    "cooperation_reputation",
    "defection_reputation",
    "just_reputation",
    "unjust_reputation",
    "spare_reputation",
    "avenger_reputation",
    "persecutor_reputation",
)


@dataclass(frozen=True)
class PartnerSelectionParameters:
    """Options of partner selection; amounts are the source's.

    Raises:
        BadParameter: a value is out of range, or there is no third agent for third parties to be.
    """

    num_agents: int = 5
    """Agents; each in turn has a partner in a season."""
    game: Literal["dilemma", "centipede"] = "dilemma"
    """Both of a pair act at once and are paid by `payoff`, or they take turns and who defects ends the pairing."""
    payoff: Payoff = ((3.0, 0.0), (4.0, 1.0))
    """What one is paid in the dilemma: its own action (0 cooperates, 1 defects) is the row, the other's the column."""
    gift: float = 5.0
    """What who cooperates in the centipede game gives to the other."""
    gift_cost: float = 1.0
    """What that costs itself; defecting costs and gives nothing."""
    rounds: int = 10
    """Rounds of a pairing; in the centipede game both move in each."""
    selection: bool = True
    """Whether agents choose their partners; if not, these are drawn."""
    punishment: Literal["none", "direct", "third_party", "both"] = "direct"
    """Who may punish each that has acted: nobody, its partner, a third agent that is drawn for it, or both of these."""
    fine: float = 3.0
    """What a punishment costs its target."""
    just_reward: float = 2.0
    """What the punisher of a defection gets; -3 in the source's costly variant."""
    unjust_reward: float = -10.0
    """What the punisher of a cooperation gets."""
    spare_reward: float = 0.0
    """What an agent gets that might have punished and did not."""
    reputation: Literal["public", "private", "none"] = "public"
    """One number for each agent, or everyone's own opinion of everyone, or no reputations at all."""
    show_in_play: bool = True
    """Whether those who play see the reputations of both, beside last actions."""
    show_in_punish: bool = False
    """Whether those who may punish see the reputations of the two that played."""
    keep_reputation: bool = False
    """Whether reputations outlive an episode, as in the source; a reset with a seed forgets them."""
    reputation_scale: float = 20.0
    """A reputation of r is shown as r / (abs(r) + reputation_scale)."""
    cooperation_reputation: float = 1.0
    """What cooperating adds to one's reputation."""
    defection_reputation: float = -1.0
    """What defecting adds."""
    just_reputation: float = 2.0
    """What punishing a defection adds."""
    unjust_reputation: float = -3.0
    """What punishing a cooperation adds."""
    spare_reputation: float = 0.0
    """What sparing adds."""
    avenger_reputation: float = 5.0
    """What a just punishment adds to the opinion that the target's partner has of the punisher, if opinions are private."""
    persecutor_reputation: float = -5.0
    """What any punishment adds to the opinion that the target has of the punisher, if opinions are private."""
    max_cycles: int = 505
    """Steps after which an episode is truncated; with the other defaults a season takes 101."""

    def __post_init__(self):
        check_within("num_agents", self.num_agents, 2, 64)
        check_within("rounds", self.rounds, 1, 10_000)
        check_within("reputation_scale", self.reputation_scale, 1e-6, LARGEST)
        check_within("max_cycles", self.max_cycles, 1, MOST_STEPS)
        for name in AMOUNTS:
            check_within(name, getattr(self, name), -LARGEST, LARGEST)
        for row in self.payoff:
            for value in row:
                check_within("a number in payoff", value, -LARGEST, LARGEST)
        if self.third_parties and self.num_agents < 3:
            raise BadParameter(
                f"num_agents is {self.num_agents} and punishment is '{self.punishment}'; third parties need 3 agents or more"
            )

    @property
    def third_parties(self) -> bool:
        """Whether agents that do not play may punish."""
        return self.punishment in ("third_party", "both")

    @property
    def slots(self) -> int:
        """Targets that one agent may have to decide on in one step."""
        return {"none": 0, "direct": 1}.get(self.punishment, 2)

    @property
    def num_actions(self) -> int:
        """The widest choice that there is: of partners, of two moves, or of whom to punish."""
        partners = self.num_agents - 1 if self.selection else 0
        return max(partners, 2, 4 if self.third_parties else 2)
