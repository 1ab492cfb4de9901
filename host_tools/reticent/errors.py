"""The one exception tree of the host tools: a message is one line that a person can act on.

It says what is wrong, where, and what to do; the command prints it and exits with `exit_status`.
"""


class ReticentError(Exception):
    """Anything the host tools refuse or could not do."""

    exit_status = 2


class BadInput(ReticentError):
    """A file, option or key that is not what it has to be; nothing was done."""


class WontOverwrite(ReticentError):
    """A file that exists already and must not be lost."""


class Finding(ReticentError):
    """The command did its work, and what it found is not in order."""

    exit_status = 1
