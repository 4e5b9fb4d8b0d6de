"""`python -m advices` is the command `advices`."""

from advices.cli import main

main()
