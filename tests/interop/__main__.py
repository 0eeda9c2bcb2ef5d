"""Print a table of our ids by other libraries.

    python -m tests.interop [WORD ...]

With words, the table has the ids that contain one of them. `make interop-smoke` runs it in an
environment that has the libraries. It ends with status 1 if anything failed.
"""

import sys

from rich.console import Console
from rich.table import Table

from stigmergy.envs import environments
from tests.interop.libraries import LIBRARIES, installed, outcome


def main(words: list[str]) -> int:
    """Print the table, and return the exit status."""
    ids = [registration.name for registration in environments]
    chosen = [id for id in ids if not words or any(word in id for word in words)]
    console = Console(width=max(Console().width, 160))
    there = {name: installed(modules) for name, (_, modules) in LIBRARIES.items()}
    table = Table("id", *LIBRARIES, box=None)
    failed = 0
    for id in chosen:
        row = [outcome(play, id) if there[name] else "not installed" for name, (play, _) in LIBRARIES.items()]
        failed += sum(cell not in ("ok", "not installed") for cell in row)
        table.add_row(id, *row)
        print(id, *row, sep=" | ", file=sys.stderr, flush=True)
    console.print(table)
    console.print(f"{len(chosen)} ids, {sum(there.values())} of {len(there)} libraries, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
