"""Places that do not keep a rule yet. These tables may only shrink: a test refuses entries that
hold no violation.
"""

PACKAGES_WITH_QUESTIONS = {
    "tests/envs",
    "tests/envs/interop/from_pettingzoo",
    "tests/envs/plugins",
    "tests/envs/registration",
    "tests/envs/rendering",
}
"""Folders, without those below, in which docstrings begin with a question word."""

REPLACED_WORDS = {
    "copies": {
        "envs/tools/conformance.py",
    },
    "over_copies": {
        "envs/kernels/compilation.py",
    },
    "seated": {
        "envs/registration/scenario.py",
    },
    "told": {
        "envs/interop/to_pettingzoo/infos.py",
    },
}
"""Words of DICTIONARY in `prose_rules.py`, with the files that still give them to something."""
