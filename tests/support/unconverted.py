"""Places that do not keep a rule yet. These tables may only shrink: a test refuses entries that hold no violation."""

TASKS_WITHOUT_CONFIG = {
    "envs/dilemmas/coins",
}
"""Folders of tasks whose options still stand in `rules.py`."""

TASKS_WITHOUT_SECTIONS = {
    "dilemmas/allelopathic_harvest-v0",
    "dilemmas/cleanup-v0",
    "dilemmas/coins-v0",
    "dilemmas/harvest-v0",
    "dilemmas/in_the_matrix-v0",
}
"""Tasks whose class docstring has no common sections or tables."""

PACKAGES_WITH_QUESTIONS = {
    "envs",
    "envs/core",
    "envs/dilemmas/allelopathic_harvest",
    "envs/dilemmas/cleanup",
    "envs/dilemmas/coins",
    "envs/dilemmas/grid_engine",
    "envs/dilemmas/harvest",
    "envs/dilemmas/in_the_matrix",
    "envs/kernels",
    "envs/plane",
    "tests",
    "tests/algorithms",
    "tests/algorithms/core",
    "tests/algorithms/nn",
    "tests/algorithms/norms",
    "tests/algorithms/ppo",
    "tests/algorithms/q_learning",
    "tests/algorithms/support",
    "tests/envs",
    "tests/envs/core",
    "tests/envs/dilemmas",
    "tests/envs/interop/from_pettingzoo",
    "tests/envs/plugins",
    "tests/envs/registration",
    "tests/envs/rendering",
    "tests/envs/support/dilemmas",
    "tests/interop",
    "tests/oracles",
    "tests/stigmergy",
    "tests/support",
    "tests/training",
    "tests/training/support",
}
"""Folders, without those below, in which docstrings begin with a question word."""

REPLACED_WORDS = {
    "buried": {
        "algorithms/core/conformance.py",
    },
    "copies": {
        "docs/examples/foxes.py",
        "envs/core/sanction_signals.py",
        "envs/dilemmas/allelopathic_harvest/policies.py",
        "envs/dilemmas/cleanup/policies.py",
        "envs/dilemmas/coins/policies.py",
        "envs/dilemmas/grid_engine/draw.py",
        "envs/dilemmas/in_the_matrix/policies.py",
        "envs/tools/conformance.py",
        "training/trainer.py",
    },
    "due": {
        "envs/dilemmas/grid_engine/state.py",
        "envs/dilemmas/in_the_matrix/env.py",
        "envs/dilemmas/in_the_matrix/rules.py",
    },
    "gain": {
        "algorithms/core/returns.py",
        "algorithms/nn/layers.py",
        "algorithms/q_learning/mixers.py",
    },
    "litter": {
        "algorithms/core/conformance.py",
    },
    "mixed_up": {
        "algorithms/core/conformance.py",
    },
    "over_copies": {
        "envs/kernels/compilation.py",
    },
    "seated": {
        "envs/registration/scenario.py",
    },
    "spoilt": {
        "algorithms/core/conformance.py",
    },
    "steps_to": {
        "envs/grid/search.py",
    },
    "tally": {
        "envs/dilemmas/allelopathic_harvest/rules.py",
        "envs/dilemmas/cleanup/rules.py",
        "envs/dilemmas/coins/rules.py",
        "envs/dilemmas/grid_engine/state.py",
        "envs/dilemmas/harvest/rules.py",
        "envs/dilemmas/in_the_matrix/policies.py",
        "envs/dilemmas/in_the_matrix/rules.py",
    },
    "told": {
        "envs/dilemmas/cleanup/rules.py",
        "envs/dilemmas/grid_engine/draw.py",
        "envs/dilemmas/grid_engine/env.py",
        "envs/dilemmas/grid_engine/observation.py",
        "envs/dilemmas/grid_engine/state.py",
        "envs/dilemmas/in_the_matrix/env.py",
        "envs/dilemmas/in_the_matrix/rules.py",
        "envs/interop/to_pettingzoo/infos.py",
    },
    "way_to": {
        "envs/dilemmas/grid_engine/bots.py",
    },
}
"""Words of DICTIONARY in `prose_rules.py`, with the files that still give them to something."""
