"""Tables of speeds and of the outcomes of scripted play.

`python -m benchmarks [pathfinding] [tasks] [dilemmas] [tracking] [training] [startup] [learners]
[signals] [interop] [baselines]` prints the named tables, or all if none is named. Two more are made
only if they are named, because they replace files that are committed: `references`, the outcomes of
random and of scripted play that normalize scores, and `coverage`, the coverage of confidence
intervals.
"""

import os
import platform
import sys

from rich.console import Console
from rich.table import Table

from benchmarks import (
    coverage,
    interop,
    learners,
    pathfinding,
    references,
    scripted_baselines,
    signals,
    startup,
    tasks,
    tracking,
    training,
)
from benchmarks.peers.run import peer_python
from stigmergy.training.experiment import DEFAULT_CONFIG


def show_pathfinding(console: Console) -> None:
    """Print the speed of lifelong pathfinding beside pogema."""
    console.print(
        f"{pathfinding.AGENTS} agents, {pathfinding.SIDE} x {pathfinding.SIDE}, radius {pathfinding.RADIUS}, lifelong, soft collisions"
    )
    table = Table("environment", "agent-steps/s", "x pogema", box=None)
    for name, speed, ratio in pathfinding.measure():
        table.add_row(name, f"{speed:,.0f}", "" if ratio is None else f"{ratio:.1f}")
    console.print(table)
    if peer_python("pogema") is None:
        console.print("(pogema is not there to compare with: `make .venv-pogema` installs it)")


def show_tasks(console: Console) -> None:
    """Print the speed of all tasks with their defaults, beside the installed peers."""
    _show_rows(console, [tasks.measure(id) for id in tasks.our_tasks()])


def show_dilemmas(console: Console) -> None:
    """Print the speed of the social dilemmas, and the cost of RGB observations."""
    ids = [id for id in tasks.our_tasks() if id.startswith("dilemmas/")]
    pictures = [tasks.measure(f"dilemmas/{name}-v0", observation="rgb") for name in ("cleanup", "harvest")]
    _show_rows(console, [*(tasks.measure(id) for id in ids), *pictures])


def _show_rows(console: Console, rows: list[tasks.Row]) -> None:
    console.print(f"tasks with their defaults, up to {tasks.NUM_ENVS} envs; agent-steps/s")
    columns = ("task", "agents", "bytes/env", "1 thread", "2 threads", "PettingZoo API", "peers")
    table = Table(*columns, box=None)
    for row in rows:
        peers = [f"{name} {speed:,.0f} (x {ratio:,.1f})" for name, (speed, ratio) in row.peers.items()]
        speeds = [f"{speed:,.0f}" for speed in (row.one_thread, row.two_threads, row.view)]
        table.add_row(row.id, str(row.agents), f"{row.bytes:,}", *speeds, "; ".join(peers))
    console.print(table)
    if peer_python("jaxmarl") is None:
        console.print("(JaxMARL is not there to compare with: `make .venv-jaxmarl` installs it)")
    for peer in ("meltingpot", "socialjax"):
        if peer_python(peer) is None:
            console.print(f"({peer} is not there to compare with: tests/oracles/README.md says how to come by it)")


def show_tracking(console: Console) -> None:
    """Print the cost of a pair of a pursuer and a target."""
    table = Table("pursuers and targets", "envs", "ns for a pair and step", box=None)
    for number, num_envs, nanoseconds in tracking.measure():
        table.add_row(f"{number} x {number}", str(num_envs), f"{nanoseconds:.1f}")
    console.print(table)


def show_baselines(console: Console) -> None:
    """Print the outcomes of random and of scripted play."""
    console.print(f"default parameters, means over {scripted_baselines.EPISODES} episodes")
    table = Table("task", "players", "outcomes", box=None)
    for id in tasks.our_tasks():
        for players, means in scripted_baselines.measure(id):
            table.add_row(id, players, "  ".join(f"{name} {mean:.4g}" for name, mean in means.items()))
    console.print(table)


def write_references(console: Console) -> None:
    """Measure the references of normalized scores, print them, and write their file."""
    for id, config, sentence in references.write_references():
        console.print(f"{id}, {config}: {sentence}", highlight=False, soft_wrap=True)
    console.print(f"wrote {references.PATH}")


def write_coverage(console: Console) -> None:
    """Simulate the coverage of confidence intervals, print the tables, and write their page."""
    parts = []
    for part in coverage.markdown():
        parts.append(part)
        console.print(part, highlight=False, markup=False, soft_wrap=True)
    coverage.PATH.write_text("\n".join(parts), encoding="utf-8")
    console.print(f"wrote {coverage.PATH}")


def show_training(console: Console) -> None:
    """Print the speed of the default experiment end to end."""
    speed, phases = training.measure()
    total = sum(phases.values())
    console.print(f"config {DEFAULT_CONFIG}, end to end")
    table = Table("training", "", box=None)
    table.add_row("agent-steps/s", f"{speed:,.0f}")
    for phase, seconds in phases.items():
        table.add_row(phase, f"{100 * seconds / total:.0f} %")
    console.print(table)


def show_startup(console: Console) -> None:
    """Print what the first update of the default experiment waits for."""
    console.print(f"stigmergy train --training.total-steps {startup.STEPS}, from an empty folder")
    table = Table("process", "s to the first update or the end", "CPU s to the end", box=None)
    for name, start in startup.measure().items():
        table.add_row(name, f"{start.seconds:.1f}", f"{start.cpu_seconds:.1f}")
    console.print(table)


def show_learners(console: Console) -> None:
    """Print the speed of learners beside those of other packages."""
    plays = [f"{name} {mean:.2f} ± {error:.2f}" for name, (mean, error) in learners.random_play().items()]
    console.print(
        f"simple_spread, 3 agents; an agent's return under random play: {', '.join(plays)}; level: return that is to be reached"
    )
    speeds = ("learner", "package", "compiling, s", "agent-steps/s", "ours / theirs")
    table = Table(*speeds, "last return", "level", "after s", "agent-steps", "theirs / ours", box=None)
    for contest in learners.contests():
        ours, *others = learners.measure(contest)
        table.add_row(contest.name, *_learner_cells(contest, ours, ours))
        for other in others:
            table.add_row("", *_learner_cells(contest, other, ours))
    console.print(table)
    for peer in learners.PEERS:
        if peer_python(peer) is None:
            console.print(f"({peer} is not there to compare with: tests/oracles/README.md says how to come by it)")


def _learner_cells(contest: learners.Contest, side: learners.Side, ours: learners.Side) -> list[str]:
    """Cells of one learner's row, with ratios to ours for a peer."""
    ratio = "" if side is ours else f"{ours.speed / side.speed:.2f}"
    cells = [side.name, f"{side.compile_seconds:.0f}", f"{side.speed:,.0f}", ratio]
    if contest.level is None or not side.learns:
        return cells
    cells += [f"{side.last(contest):.1f}", f"{contest.level:g}"]
    reached, own = side.reach(contest), ours.reach(contest)
    if reached is None:
        return [*cells, "never"]
    ratio = "" if side is ours or own is None else f"{reached[0] / own[0]:.1f}"
    return [*cells, f"{reached[0]:.1f}", f"{reached[1]:,.0f}", ratio]


def show_signals(console: Console) -> None:
    """Print the cost of public sanctions."""
    console.print(f"{signals.NUM_ENVS} envs, default parameters, random actions, 1 thread; collecting in agent-steps/s")
    stepping = ("task", "agents", "step, us", "signals alone, us", "of a step", "saved without noting")
    table = Table(*stepping, "collecting, LOCAL", "PUBLIC", "slower by", box=None)
    for row in map(signals.measure, signals.TASKS):
        cells = [f"{row.step:,.1f}", f"{row.kernel:.1f}", f"{row.share:.1%}", f"{row.saved:.1%}"]
        table.add_row(
            row.id, str(row.agents), *cells, f"{row.local:,.0f}", f"{row.public:,.0f}", f"{row.collecting:.1%}"
        )
    console.print(table)


def show_interop(console: Console) -> None:
    """Print the speed of Stable-Baselines3 on our batch beside SuperSuit."""
    if peer_python("sb3") is None:
        console.print("(Stable-Baselines3 is not there to measure: `make .venv-interop/sb3/.stamp` installs it)")
        return
    console.print(f"{interop.ID}, {interop.NUM_ENVS} envs, default config, 1 thread; agent-steps/s")
    table = Table("Stable-Baselines3", "our batch", "through SuperSuit", "ratio", "of the rounds", box=None)
    for name, ours, theirs, ratio, (least, largest) in interop.measure():
        table.add_row(name, f"{ours:,.0f}", f"{theirs:,.0f}", f"{ratio:.1f}", f"{least:.1f} to {largest:.1f}")
    console.print(table)


PARTS = {
    "pathfinding": show_pathfinding,
    "tasks": show_tasks,
    "dilemmas": show_dilemmas,
    "tracking": show_tracking,
    "training": show_training,
    "startup": show_startup,
    "learners": show_learners,
    "signals": show_signals,
    "interop": show_interop,
    "baselines": show_baselines,
    "references": write_references,
    "coverage": write_coverage,
}
ONLY_NAMED = ("dilemmas", "references", "coverage")
"""Parts that run only if they are named: `tasks` has the dilemmas, and the others write files."""
ALIASES = {"yardsticks": "baselines"}
"""Old words of version 0.1.0, kept for one release."""


def main() -> int:
    """Measure and print."""
    named = sys.argv[1:] or [name for name in PARTS if name not in ONLY_NAMED]
    chosen = [ALIASES.get(name, name) for name in named]
    for name in chosen:
        if name not in PARTS:
            print(f"error: there is no benchmark '{name}'; there are {', '.join(PARTS)}", file=sys.stderr)
            return 2
    console = Console(width=160)
    for name in chosen:
        PARTS[name](console)
        console.print()
    console.print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
