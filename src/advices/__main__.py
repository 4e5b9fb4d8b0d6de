"""`python -m advices` is the command `advices`."""

from advices.cli.command import main

main()
