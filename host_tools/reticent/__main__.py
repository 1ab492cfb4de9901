"""`python -m reticent` is the `reticent` command."""

from reticent.cli import main

main()
