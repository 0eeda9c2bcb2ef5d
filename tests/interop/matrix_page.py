"""The page docs/interop_matrix.md, written from the recorded results."""

from stigmergy.envs import environments
from tests.interop.results import read
from tests.interop.snippets import LIBRARIES
from tests.support.source_rules import ROOT

PATH = ROOT / "docs/interop_matrix.md"
HEAD = """# Interop matrix

Every id in the snippet of every library on [the page on other libraries](interop.md#snippets), each run over the ends of episodes where these are short enough, and trained
briefly where the library trains. `make interop` makes a virtual environment for each library, runs the snippets, and writes this page from the results. "yes" is a run without an
error; a number is a reason below.

"""
REASONS = {
    "only discrete action space is supported": "CleanRL's `ppo.py` takes one number as action; this id has several.",
    "'MultiDiscrete' object has no attribute 'n'": "Tianshou's `DiscreteActor` takes one number as action; this id has several.",
    "'BoxList' object has no attribute 'n'": "BenchMARL's algorithms take one number as action; this id has several.",
    "homogenization only supports": "SuperSuit's padding takes one number as action; this id has several. It needs no padding: it has one group.",
    "The algorithm only supports": "MaskablePPO takes numbered actions; this id has real ones.",
}
"""A part of an error to what it means."""


def reason(outcome: str) -> str:
    """The reason that an outcome stands for: that of REASONS, or the error itself."""
    known = [text for part, text in REASONS.items() if part in outcome]
    return known[0] if known else f"`{outcome.replace('|', '/').replace('`', chr(39))}`"


def text(results: dict[str, dict], ids: list[str]) -> str:
    """The page for results by snippet."""
    names = [name for name in LIBRARIES if results[name]["outcomes"]]
    reasons: list[str] = []
    rows = []
    for id in ids:
        cells = []
        for name in names:
            outcome = results[name]["outcomes"].get(id)
            if outcome is not None and outcome != "ok" and reason(outcome) not in reasons:
                reasons.append(reason(outcome))
            number = (
                "not run"
                if outcome is None
                else "yes"
                if outcome == "ok"
                else f"no ({reasons.index(reason(outcome)) + 1})"
            )
            cells.append(number)
        rows.append(f"| `{id}` | {' | '.join(cells)} |")
    lines = [HEAD + "| library | ids that run | versions | run on |", "|---|---:|---|---|"]
    for name in names:
        outcomes = [results[name]["outcomes"][id] for id in ids if id in results[name]["outcomes"]]
        versions = ", ".join(f"{package} {number}" for package, number in results[name]["versions"].items())
        count = f"{outcomes.count('ok')} of {len(ids)}"
        lines.append(f"| {LIBRARIES[name].title} | {count} | {versions} | {results[name]['date']} |")
    lines += [
        "",
        f"| id | {' | '.join(LIBRARIES[name].title for name in names)} |",
        "|---|" + "---|" * len(names),
        *rows,
        "",
    ]
    lines += [f"{number}. {said}" for number, said in enumerate(reasons, 1)]
    return "\n".join(lines).rstrip() + "\n"


def expected() -> str:
    """The page for the recorded results and the registered ids."""
    return text({name: read(name) for name in LIBRARIES}, [registration.name for registration in environments])


def write() -> None:
    """Write the page."""
    PATH.write_text(expected())
