"""The command line of the comparison."""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.traces.cases import cases
from tests.traces.compare import ROOT, Failed, commit_of, installed, train, verdicts


def main() -> int:
    """Print one line for each case; returns the exit status: 1 after a difference, 2 after a
    failure.
    """
    parser = argparse.ArgumentParser(
        prog="python -m tests.traces",
        description="Train every learner for three updates at another revision of this repository and here, on this "
        "machine, and compare SHA-256 of all arrays of the learners, and the metrics. Exit status 1 means a difference.",
    )
    parser.add_argument("revision", metavar="REVISION", help="a commit, tag or branch that git knows, such as HEAD~1")
    parser.add_argument("--only", default="", metavar="TEXT", help="only the cases with TEXT in their name")
    options = parser.parse_args()
    chosen = {name: config for name, config in cases().items() if options.only in name}
    if not chosen:
        parser.error(f"--only is '{options.only}'; allowed is a part of the name of a case: {', '.join(cases())}")
    try:
        commit = commit_of(options.revision)
        print(f"{len(chosen)} cases at {commit[:12]} and in {ROOT}; kernels are compiled where that is due", flush=True)
        package = installed(commit)
        with ThreadPoolExecutor() as pool:
            there, here = pool.map(train, (chosen, chosen), (package, ROOT))
    except Failed as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    found = verdicts(chosen, there, here)
    for name, verdict in found.items():
        print(f"{verdict.word:<10}{name}{f' ({verdict.reason})' if verdict.reason else ''}")
    different = sum(verdict.word == "DIFFERENT" for verdict in found.values())
    print(
        f"{different} of {len(found)} cases are different" if different else f"all {len(found)} cases are equal or new"
    )
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
