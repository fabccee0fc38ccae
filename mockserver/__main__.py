"""Run the command `mockserver` with `python -m mockserver`."""

from .cli.commands import main

main()
