"""Format of the lower floors' warnings on the command line.

It is a module of its own because every command imports it.
"""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stigmergy.training.trackers.tracker import TrackerFailed
from stigmergy.training.trust.agreements import NotKept


@contextmanager
def as_sentences() -> Iterator[None]:
    """Print the warnings that an agreement cannot be kept and that a tracker failed in one line.

    The place in the code is left out. Other warnings are printed as usual.
    """
    with warnings.catch_warnings():
        usual = warnings.showwarning

        def show(message: Any, category: type[Warning], *rest: Any, **named: Any) -> None:
            if issubclass(category, (NotKept, TrackerFailed)):
                print(f"warning: {message}", file=sys.stderr)
            else:
                usual(message, category, *rest, **named)

        warnings.showwarning = show
        yield
