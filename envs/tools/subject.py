"""The environment under test: built as often as a check likes, and closed again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..core.env import BatchEnv
from ..interop.from_pettingzoo import Bridge
from ..registration.make import make_from
from .pettingzoo_tests import examine
from .traces import COPIES

STEPS = 300
"""Of PettingZoo's tests on the environment itself."""


@dataclass(frozen=True)
class Subject:
    """The environment under test."""

    id: str
    config: Any
    most: int | None = None
    """As many envs as can be built in one process; None if nothing limits them."""
    opened: list[BatchEnv] = field(default_factory=list)

    def build(self, num_envs: int = COPIES) -> BatchEnv:
        """New envs of it, as many as are wanted or possible."""
        self.opened.append(make_from(self.id, min(num_envs, self.most or num_envs), self.config))
        return self.opened[-1]

    def close(self) -> None:
        """Close all that was built."""
        while self.opened:
            self.opened.pop().close()


def closing(test: Callable[[Subject], str]) -> Callable[[Subject], str]:
    """Wrap a check so that all that it built is closed: there may be room for few at a time."""

    def test_and_close(subject: Subject) -> str:
        try:
            return test(subject)
        finally:
            subject.close()

    return test_and_close


def find_obstacle(subject: Subject) -> str:
    """A sentence on why there can be one env in a process, empty if there can be two."""
    try:
        subject.build(1)
        subject.build(1)
    except Exception as error:
        return (
            f"there can be one env in a process ({' '.join(str(error).split())}): train with --training.num-envs 1 "
            "and --training.evaluation-interval 0"
        )
    finally:
        subject.close()
    return ""


def check_original(subject: Subject, obstacle: str) -> str:
    """PettingZoo's tests on what the bridge is given.

    They come first, for all that follows sees it through the bridge.
    """

    def build() -> Any:
        env = subject.build(1)
        assert isinstance(env, Bridge)
        subject.opened.remove(env)  # whoever has the original closes it
        return env.original

    return examine(build, STEPS, two_at_once=not obstacle)
