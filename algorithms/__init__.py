"""Learners and scripted policies. Importing this registers them and loads nothing else."""

from .core.registry import algorithms, register_algorithm

register_algorithm(
    "ippo",
    "stigmergy.algorithms.ppo.ippo:IPPO",
    description="independent PPO: every agent learns from its own experience, with parameters of its own",
)
register_algorithm(
    "mappo",
    "stigmergy.algorithms.ppo.mappo:MAPPO",
    description="PPO for each agent with critics that see the global state: centralized training, decentralized execution",
)
register_algorithm(
    "dpo",
    "stigmergy.algorithms.ppo.dpo:DPO",
    description="independent PPO held back by penalties that adapt instead of by clipping, so that agents can move at the same time",
)
register_algorithm(
    "cnm",
    "stigmergy.algorithms.norms.cnm:CNM",
    description="the classifier norm model on IPPO: agents that learn norms from public sanctions, and enforce them",
)
register_algorithm("cnm_dpo", "stigmergy.algorithms.norms.cnm:CNMDPO", description="the classifier norm model on DPO")
register_algorithm(
    "cnm_mappo", "stigmergy.algorithms.norms.cnm:CNMMAPPO", description="the classifier norm model on MAPPO"
)
register_algorithm(
    "iql",
    "stigmergy.algorithms.q_learning.learner:IQL",
    description="independent Q-learning: every agent values its actions by its own experience",
)
register_algorithm(
    "vdn",
    "stigmergy.algorithms.q_learning.value_decomposition:VDN",
    description="value decomposition: the team's value is the sum of its agents'",
)
register_algorithm(
    "qmix",
    "stigmergy.algorithms.q_learning.value_decomposition:QMIX",
    description="value decomposition: the team's value rises with each agent's, by a network that sees the global state",
)
register_algorithm(
    "qplex",
    "stigmergy.algorithms.q_learning.value_decomposition:QPLEX",
    description="value decomposition by duplex dueling, for every team value that agents can act by alone",
)
register_algorithm(
    "wqmix",
    "stigmergy.algorithms.q_learning.value_decomposition:WQMIX",
    description="weighted QMIX: joint actions that were thought too little of count more",
)
register_algorithm(
    "random", "stigmergy.algorithms.core.scripted:Random", description="draws every legal action with the same chance"
)

# Scripted policies of the tasks by name: the path under stigmergy.envs, and a description.
SCRIPTED = {
    "shortest_path": (
        "pathfinding.policies:ShortestPath",
        "pathfinding: along a shortest path, without regard to others",
    ),
    "pibt": (
        "pathfinding.policies:Pibt",
        "pathfinding: priority inheritance with backtracking, a planner that sees everything",
    ),
    "optimum": ("games.policies:Optimum", "games with a known optimum: plays it"),
    "take_turns": ("games.switch.policies:TakeTurns", "games/switch: one side goes first, the other waits"),
    "one_group_at_a_time": (
        "games.hallway.policies:OneGroupAtATime",
        "games/hallway: groups leave one after the other",
    ),
    "clear_the_way": ("games.checkers.policies:ClearTheWay", "games/checkers: to each agent the food that suits it"),
    "foragers": (
        "swarm.foraging.policies:Foragers",
        "swarm/foraging: shortest ways to the food and back, stepping aside for those who come the other way",
    ),
    "haulers": (
        "swarm.transport.policies:Haulers",
        "swarm/transport: agents line up behind the box, push it out and leave",
    ),
    "formation": (
        "swarm.flocking.policies:Formation",
        "swarm/flocking: everyone walks to its cell of the cheapest formation",
    ),
    "surround": (
        "swarm.encircle.policies:Surround",
        "swarm/encircle: the nearest agents take the cells beside the prey, the others come near",
    ),
    "agree": ("swarm.synchronization.policies:Agree", "swarm/synchronization: switches to what the next point wants"),
    "gather": ("swarm.aggregation.policies:Gather", "swarm/aggregation: every agent heads for the middle of the box"),
    "greedy_pursuit": (
        "pursuit.evaders.policies:GreedyPursuit",
        "pursuit/evaders: teams of the nearest pursuers gather around the evaders they can catch soonest",
    ),
    "nearest_target": (
        "pursuit.tracking.policies:NearestTarget",
        "pursuit/tracking: every pursuer watches the target it believes nearest",
    ),
    "own_target": (
        "pursuit.tracking.policies:OwnTarget",
        "pursuit/tracking: every pursuer watches the nearest target that fewest others chose",
    ),
    "synchronize": ("swarm.kuramoto.policies:Synchronize", "swarm/kuramoto: Kuramoto's model"),
    "align": ("swarm.vicsek.policies:Align", "swarm/vicsek: Vicsek's model, turns into the mean heading in sight"),
    "chase": ("pursuit.tag.policies:Chase", "pursuit/tag: predators head for where the nearest prey will be"),
    "flee": ("pursuit.tag.policies:Flee", "pursuit/tag: prey moves away from predators and stays in the square"),
    "spread_assign": (
        "swarm.spread.policies:SpreadAssign",
        "swarm/spread: agents share out the landmarks by their distances and steer to them",
    ),
    "cooperate": ("dilemmas.policies:Cooperate", "dilemmas: does what is best for all"),
    "defect": ("dilemmas.policies:Defect", "dilemmas: does what is best for itself"),
    "tit_for_tat": (
        "dilemmas.policies:TitForTat",
        "dilemmas: begins by cooperating, then cooperates as much as the others did",
    ),
    "grim": ("dilemmas.policies:Grim", "dilemmas: cooperates until another defects, then never again"),
    "punish": ("dilemmas.policies:Punish", "dilemmas: cooperates, and pays to punish those who do not"),
    "steward": (
        "dilemmas.policies:Steward",
        "dilemmas/common_pool: keeps the resource where it grows fastest, a planner that sees everything",
    ),
    "win_stay_lose_shift": (
        "dilemmas.policies:WinStayLoseShift",
        "dilemmas/iterated: repeats its action if the other cooperated, else changes it",
    ),
    "cleaner": (
        "dilemmas.policies:Cleaner",
        "dilemmas/cleanup: cleans the river in turns with the others, and eats when it is clean enough",
    ),
    "sustainable_harvester": (
        "dilemmas.policies:SustainableHarvester",
        "dilemmas/harvest: eats only apples that leave enough others around them",
    ),
    "greedy_harvester": (
        "dilemmas.policies:GreedyHarvester",
        "dilemmas/harvest: eats the nearest apple, also the last one of a patch",
    ),
    "planter_red": (
        "dilemmas.policies:PlanterRed",
        "dilemmas/allelopathic_harvest: plants red wherever it finds another colour, and eats ripe berries near it",
    ),
    "planter_green": ("dilemmas.policies:PlanterGreen", "dilemmas/allelopathic_harvest: the same with green"),
    "planter_blue": ("dilemmas.policies:PlanterBlue", "dilemmas/allelopathic_harvest: the same with blue"),
    "eater": ("dilemmas.policies:Eater", "dilemmas/allelopathic_harvest: goes to ripe berries and never plants"),
    "punish_green": (
        "dilemmas.policies:PunishGreen",
        "dilemmas/allelopathic_harvest: plants red, and sanctions those who planted green last",
    ),
    "punish_red": (
        "dilemmas.policies:PunishRed",
        "dilemmas/allelopathic_harvest: plants green, and sanctions those who planted red last",
    ),
    "pure_0": ("dilemmas.in_the_matrix.policies:Rock", "dilemmas/in_the_matrix: always plays strategy 0, such as rock"),
    "pure_1": (
        "dilemmas.in_the_matrix.policies:Paper",
        "dilemmas/in_the_matrix: always plays strategy 1, such as paper",
    ),
    "pure_2": (
        "dilemmas.in_the_matrix.policies:Scissors",
        "dilemmas/in_the_matrix: always plays strategy 2, such as scissors",
    ),
}
for _name, (_place, _description) in SCRIPTED.items():
    register_algorithm(_name, f"stigmergy.envs.{_place}", description=_description)

__all__ = ["algorithms", "register_algorithm"]
