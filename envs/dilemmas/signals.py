"""The public signals of every dilemma with sanctions: who could sanction, who did, and whom it hit.

They are what a group can see of the enforcement of its norms (Vinitsky et al., "A learning agent that acquires social norms
from public sanctions in decentralized multi-agent settings", 2023). All are float32, 0 or 1, and tell of the step just played.

- `opportunity` (n,): on the frame on which agent i decided, that is before the step, somebody stood where its sanction would
  hit and it could sanction. Refraining then is approval.
- `sanction` (n,): agent i sanctioned in this step, whether it hit or not. With an opportunity that is disapproval.
- `target` (n, n): the sanction of agent i (row) hit agent j (column). One beam may hit several.
"""

OPPORTUNITY, SANCTION, TARGET = "opportunity", "sanction", "target"


def signal_shapes(n: int) -> dict[str, tuple[int, ...]]:
    """The shapes of the signals of one copy with `n` agents, for EnvSpec."""
    return {OPPORTUNITY: (n,), SANCTION: (n,), TARGET: (n, n)}
