"""Names of earlier releases: attributes and keywords that users' code goes on using."""

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Renamed:
    """Attribute under its name in an earlier release, of a class and of its objects."""

    def __init__(self, name: str):
        self._name = name

    def __get__(self, owner: Any, cls: type) -> Any:
        return getattr(cls if owner is None else owner, self._name)

    def __set__(self, owner: Any, value: Any) -> None:
        setattr(owner, self._name, value)


def adopt(cls: type, **names: str) -> None:
    """Give class attributes that users' classes define by old names their present ones.

    `names` maps the old name to the present one. Warns with FutureWarning of each old name.
    """
    for old, new in names.items():
        value = vars(cls).get(old)
        if old in vars(cls) and not isinstance(value, Renamed):
            warnings.warn(f"{cls.__qualname__}.{old} is called {new} now", FutureWarning, stacklevel=4)
            delattr(cls, old)
            if new not in vars(cls):
                setattr(cls, new, value)


def renamed_keywords(**names: str) -> Callable[[F], F]:
    """Decorate a function so that it takes keywords by their names in earlier releases as well.

    `names` maps the old keyword to the present one. A call by an old one warns with FutureWarning.

    Raises:
        TypeError: a call gives both names of one argument.
    """

    def decorate(function: F) -> F:
        @wraps(function)
        def call(*positional: Any, **named: Any) -> Any:
            for old in names.keys() & named.keys():
                new = names[old]
                if new in named:
                    raise TypeError(f"{function.__qualname__}() got '{new}', and '{old}', which is its old name")
                warnings.warn(
                    f"the argument '{old}' of {function.__qualname__} is called '{new}' now",
                    FutureWarning,
                    stacklevel=2,
                )
                named[new] = named.pop(old)
            return function(*positional, **named)

        return call  # type: ignore[return-value]

    return decorate
