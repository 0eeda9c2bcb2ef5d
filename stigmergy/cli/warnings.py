"""Warnings of the lower floors as the command line prints them. It stands alone, for it is loaded with every command."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stigmergy.training.trust.agreements import NotKept


@contextmanager
def as_sentences() -> Iterator[None]:
    """Print the warning that an agreement cannot be kept in one line, without the place in the code; others as usual."""
    with warnings.catch_warnings():
        usual = warnings.showwarning

        def show(message: Any, category: type[Warning], *rest: Any, **named: Any) -> None:
            if issubclass(category, NotKept):
                print(f"warning: {message}", file=sys.stderr)
            else:
                usual(message, category, *rest, **named)

        warnings.showwarning = show
        yield
