"""`python -m mockserver` is the command `mockserver`."""

from .cli.commands import main

main()
