"""The config of partner selection."""

from dataclasses import dataclass
from typing import Annotated, Literal

from ...core.config import Config
from ...core.ranges import Amount, Interval, Steps
from ...core.validation import LARGEST
from ...errors import BadParameter

Payoff = tuple[tuple[Amount, Amount], tuple[Amount, Amount]]


@dataclass(frozen=True)
class PartnerSelectionConfig(Config):
    """Config of partner selection; amounts are those of the source.

    Raises:
        BadParameter: a value is out of range, or there is no third agent for third parties.
    """

    num_agents: Annotated[int, Interval(ge=2, le=64)] = 5
    """Number of agents; each in turn has a partner in a season."""
    game: Literal["dilemma", "centipede"] = "dilemma"
    """Both of a pair act at once and are paid by `payoff`, or they take turns and a defection ends
    the pairing."""
    payoff: Payoff = ((3.0, 0.0), (4.0, 1.0))
    """Payoffs in the dilemma: the own action (0 cooperates, 1 defects) is the row, the other's the
    column."""
    gift: Amount = 5.0
    """Amount that a cooperator in the centipede game gives to the other."""
    gift_cost: Amount = 1.0
    """Cost of that for the cooperator; a defection costs and gives nothing."""
    rounds: Annotated[int, Interval(ge=1, le=10_000)] = 10
    """Rounds of a pairing; in the centipede game both move in each."""
    selection: bool = True
    """Let agents choose their partners; if not, partners are drawn."""
    punishment: Literal["none", "direct", "third_party", "both"] = "direct"
    """Agents that may punish each one that has acted: none, its partner, a third agent that is
    drawn for it, or both of these."""
    fine: Amount = 3.0
    """Loss of the target of a punishment."""
    just_reward: Amount = 2.0
    """Reward of the punisher of a defection; -3 in the costly variant of the source."""
    unjust_reward: Amount = -10.0
    """Reward of the punisher of a cooperation."""
    spare_reward: Amount = 0.0
    """Reward of an agent that might have punished and did not."""
    reputation: Literal["public", "private", "none"] = "public"
    """One number for each agent, or an opinion of each agent in every other, or no reputations."""
    show_in_play: bool = True
    """Show the reputations of both players, beside last actions, when playing."""
    show_in_punish: bool = False
    """Show the reputations of the two players to the agents that may punish."""
    keep_reputation: bool = False
    """Keep reputations over episodes, as in the source; a reset with a seed clears them."""
    reputation_scale: Annotated[float, Interval(ge=1e-6, le=LARGEST)] = 20.0
    """A reputation of r is shown as r / (abs(r) + reputation_scale)."""
    cooperation_reputation: Amount = 1.0
    """Change of the reputation of an agent that cooperates."""
    defection_reputation: Amount = -1.0
    """Change for a defection."""
    just_reputation: Amount = 2.0
    """Change for punishing a defection."""
    unjust_reputation: Amount = -3.0
    """Change for punishing a cooperation."""
    spare_reputation: Amount = 0.0
    """Change for sparing."""
    avenger_reputation: Amount = 5.0
    """Change by a just punishment of the opinion that the target's partner has of the punisher, if
    opinions are private."""
    persecutor_reputation: Amount = -5.0
    """Change by any punishment of the opinion that the target has of the punisher, if opinions are
    private."""
    max_cycles: Steps = 505
    """Steps after which an episode is truncated; with the other defaults a season takes 101."""

    def _check_together(self) -> None:
        super()._check_together()
        if self.third_parties and self.num_agents < 3:
            raise BadParameter(
                f"num_agents is {self.num_agents} and punishment is '{self.punishment}'; third parties need 3 agents or more"
            )

    @property
    def third_parties(self) -> bool:
        """True if agents that do not play may punish."""
        return self.punishment in ("third_party", "both")

    @property
    def slots(self) -> int:
        """Largest number of targets that one agent has to decide on in one step."""
        return {"none": 0, "direct": 1}.get(self.punishment, 2)

    @property
    def num_actions(self) -> int:
        """Size of the largest choice: of partners, of two moves, or of targets to punish."""
        partners = self.num_agents - 1 if self.selection else 0
        return max(partners, 2, 4 if self.third_parties else 2)
