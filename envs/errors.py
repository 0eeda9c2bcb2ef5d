"""Errors of users. The text of each is one sentence.

The command line prints it and exits with status 2.
"""


class UserError(Exception):
    """Base of the errors that a user causes and can correct."""


class BadParameter(UserError, ValueError):
    """A parameter that is unknown, of the wrong type, or out of range."""


class UnknownName(UserError, KeyError):
    """A name that nothing is registered under; the text gives the nearest known name."""

    def __str__(self) -> str:
        return str(self.args[0])


class CannotImport(UserError, ImportError):
    """A plugin, or the module that a registered name stands for, is missing or broken."""


class Failure(RuntimeError):
    """A failure without a mistake of the user. The text is one sentence.

    The command line prints it and exits with status 1.
    """


class NotFinite(UserError, ValueError):
    """An environment gave a number that is NaN or infinite.

    The text names the agent, the step and the quantity.
    """


class NotAgreed(UserError):
    """Code that came with a run or a config, and that the user has not agreed to."""
