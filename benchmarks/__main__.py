"""`python -m benchmarks`: one table of speeds, measured in one run on this machine."""

import os
import platform

from rich.console import Console
from rich.table import Table

from benchmarks import environments, training
from stigmergy.training.experiment import DEFAULT_CONFIG


def main() -> None:
    """Measure and print."""
    console = Console(width=100)
    console.print(
        f"{environments.AGENTS} agents, {environments.SIDE} x {environments.SIDE}, radius {environments.RADIUS}, lifelong, soft collisions"
    )
    table = Table("environment", "agent-steps/s", "x pogema", box=None)
    for name, speed, ratio in environments.measure():
        table.add_row(name, f"{speed:,.0f}", "" if ratio is None else f"{ratio:.1f}")
    console.print(table)
    if environments.pogema_python() is None:
        console.print("(pogema is not there to compare with: `make .venv-pogema` installs it)")
    speed, phases = training.measure()
    total = sum(phases.values())
    console.print(f"\nconfig {DEFAULT_CONFIG}, end to end")
    table = Table("training", "", box=None)
    table.add_row("agent-steps/s", f"{speed:,.0f}")
    for phase, seconds in phases.items():
        table.add_row(phase, f"{100 * seconds / total:.0f} %")
    console.print(table)
    console.print(f"\n{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")


if __name__ == "__main__":
    main()
