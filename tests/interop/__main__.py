"""Run the snippets of docs/interop.md with every id, and record the results.

    python -m tests.interop list
    python -m tests.interop run NAME [WORD ...]
    python -m tests.interop page

`list` prints each snippet's virtual environment and name. `run` runs the snippet NAME with the ids
that contain one of the words, or with all of them, and writes the results into
`results/NAME.json`. `page` writes docs/interop_matrix.md from the results of all. `make interop`
calls them, in a virtual environment for each library. The status is 2 if a library is not there; a
snippet that fails with an id is a result, not an error.
"""

import sys
import time

from stigmergy.envs import environments
from tests.interop import matrix_page, results
from tests.interop.snippets import LIBRARIES, installed, outcome, versions


def run(name: str, words: list[str]) -> int:
    """Run a snippet with ids and record the outcomes; returns the exit status."""
    if name not in LIBRARIES:
        print(f"error: there is no snippet '{name}'; there are {', '.join(LIBRARIES)}", file=sys.stderr)
        return 2
    if not installed(name):
        print(f"error: {LIBRARIES[name].title} is not installed in {sys.prefix}", file=sys.stderr)
        return 2
    ids = [registration.name for registration in environments]
    for id in (id for id in ids if not words or any(word in id for word in words)):
        start = time.perf_counter()
        said = outcome(name, id)
        results.record(name, id, said, versions(name))
        print(f"{name} | {id} | {said} | {time.perf_counter() - start:.1f} s", flush=True)
    return 0


def main(arguments: list[str]) -> int:
    """Do what the first word says."""
    if arguments == ["list"]:
        print(*(f"{library.environment}:{name}" for name, library in LIBRARIES.items()), sep="\n")
        return 0
    if arguments == ["page"]:
        matrix_page.write()
        return 0
    if len(arguments) > 1 and arguments[0] == "run":
        return run(arguments[1], arguments[2:])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
