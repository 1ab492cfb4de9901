"""A command of `reticent` in this process."""

from reticent.cli import run


def fails(capsys, arguments, status, message):
    """Check that the command ends with this status and one line about it."""
    assert run(arguments) == status, arguments
    captured = capsys.readouterr()
    assert message in captured.err, (arguments, captured.err)
    assert captured.err.startswith("reticent: "), captured.err
    assert captured.err.count("\n") == 1, captured.err
    assert "Traceback" not in captured.err
